import type { StoredObject } from "../kubernetes/client";
import type { Place } from "../kubernetes/kinds";
import { recognise } from "./causes";
import { conditionOf, flat, holds, isOwnedBy, lastWarning, nameOf, type StoredEvent } from "./objects";
import type { Cause, Diagnosis, Health, Step } from "./types";

/** What a reader found of a Helm release in its namespace. */
export interface ReleaseParts {
  place: Required<Place>;
  /** Helm's own record of the newest revision. */
  record: StoredObject | undefined;
  deployments: readonly StoredObject[];
  jobs: readonly StoredObject[];
  replicaSets: readonly StoredObject[];
  pods: readonly StoredObject[];
  events: readonly StoredEvent[];
  /** The last lines of containers that do not run, by the name of the Pod. */
  logs: Readonly<Record<string, string>>;
  /** What the API server said as it was asked to make something that the webhook must admit; absent where it was admitted. */
  webhookRefusal?: string | undefined;
}

interface ContainerStatus {
  name: string;
  ready?: boolean;
  restartCount?: number;
  state?: { waiting?: { reason?: string; message?: string }; terminated?: { reason?: string; exitCode?: number } };
}

/** Why a release does not come up: of what it made, the first that does not run. */
export function diagnoseRelease(parts: ReleaseParts): Diagnosis {
  const { place, record } = parts;
  const commands = [
    `kubectl get pods,jobs,events --namespace ${place.namespace}`,
    `helm status ${place.name} --namespace ${place.namespace}`,
  ];
  const state = record?.metadata.labels?.status;
  const workloads = [...parts.deployments, ...parts.jobs];
  const below = workloads.map((workload) => workloadStep(parts, workload));
  const health: Health =
    state === "deployed" ? "ready" : state === "failed" ? "failed" : record ? "waiting" : "missing";
  const object = `Release ${place.namespace}/${place.name}`;
  const says = record ? `revision ${record.metadata.labels?.version}: ${state}` : "Helm has no record of it";
  const step: Step = { object, health, says, below };
  if (health === "ready") return { step, commands };
  const cause = causeOf(parts, workloads);
  return { step, commands, ...(cause ? { cause } : {}) };
}

function workloadStep(parts: ReleaseParts, workload: StoredObject): Step {
  const isJob = workload.kind === "Job";
  const done = isJob ? holds(workload, "Complete") : holds(workload, "Available");
  const said = isJob ? conditionOf(workload, "Failed") : conditionOf(workload, "Available");
  const health: Health = done ? "ready" : isJob && said?.status === "True" ? "failed" : "waiting";
  const says = flat(said?.message ?? (isJob ? "is under way" : "no Pods yet"));
  const pods = podsOf(parts, workload).map((pod) => podStep(parts, pod));
  return { object: nameOf(workload), health, says: done ? "done" : says, below: done ? [] : pods };
}

function podsOf({ pods, replicaSets }: ReleaseParts, workload: StoredObject): StoredObject[] {
  const owners = [workload, ...replicaSets.filter((set) => isOwnedBy(set, workload))];
  return pods.filter((pod) => owners.some((owner) => isOwnedBy(pod, owner)));
}

function podStep(parts: ReleaseParts, pod: StoredObject): Step {
  const trouble = troubleOf(parts, pod);
  return {
    object: nameOf(pod),
    health: trouble ? "failed" : holds(pod, "Ready") ? "ready" : "waiting",
    says: trouble ?? "runs",
    below: [],
  };
}

const containersOf = ({ status }: StoredObject): ContainerStatus[] =>
  (status?.containerStatuses as ContainerStatus[] | undefined) ?? [];

/** What keeps a Pod from running, in the words of scheduler, kubelet or the program itself. */
function troubleOf({ logs, events }: ReleaseParts, pod: StoredObject): string | undefined {
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status === "False") return flat(`${scheduled.reason}: ${scheduled.message}`);
  for (const { name, state, restartCount = 0, ready } of containersOf(pod)) {
    const { waiting, terminated } = state ?? {};
    const log = lastLine(logs[pod.metadata.name]);
    const said = log ? `; it printed: ${log}` : "";
    if (waiting && waiting.reason !== "ContainerCreating" && waiting.reason !== "PodInitializing")
      return flat(`container ${name}: ${waiting.reason}: ${waiting.message ?? ""}${said}`);
    if (terminated && terminated.exitCode !== 0)
      return flat(`container ${name} ended with ${terminated.exitCode}${said}`);
    if (!ready && restartCount > 0) return flat(`container ${name} was started ${restartCount + 1} times${said}`);
    if (/cert-manager API is not ready|Not ready:/.test(log ?? "")) return flat(`container ${name}${said}`);
  }
  return holds(pod, "Ready") ? undefined : lastWarning(events, pod)?.message;
}

const lastLine = (log: string | undefined): string | undefined => log?.trim().split("\n").at(-1) || undefined;

const imagePull = /ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull/;
const unschedulable = /^Unschedulable/;

/** Deployments go before the hook's Job, which fails because of them. */
function causeOf(parts: ReleaseParts, workloads: readonly StoredObject[]): Cause | undefined {
  const deployments = workloads.filter(({ kind }) => kind !== "Job");
  const troubles = (of: readonly StoredObject[]) =>
    of.flatMap((workload) =>
      podsOf(parts, workload).flatMap((pod) => {
        const reason = troubleOf(parts, pod);
        return reason ? [{ at: nameOf(pod), reason }] : [];
      }),
    );
  const [first] = troubles(deployments);
  if (first) return helmCause(first.at, first.reason);
  const { webhookRefusal } = parts;
  const refused = webhookRefusal && recognise(webhookRefusal, "the API server");
  if (refused) return refused;
  const [hook] = troubles(workloads);
  if (hook) return recognise(hook.reason, hook.at) ?? helmCause(hook.at, hook.reason);
  return undefined;
}

function helmCause(at: string, reason: string): Cause {
  const name = "helm-install";
  if (imagePull.test(reason)) {
    const fix =
      "correct the image among the chart's values, or let the nodes reach its registry (imagePullSecrets, a mirror)";
    return { name, at, reason, summary: "an image of the chart cannot be pulled", fix };
  }
  if (unschedulable.test(reason)) {
    const fix = "add a node that fits, or change nodeSelector, tolerations or resources among the chart's values";
    return { name, at, reason, summary: "a Pod of the chart fits on no node", fix };
  }
  const fix =
    "correct what it says: often a value of the chart, or CRDs of the Gateway API that are missing (certManager.gatewayApi)";
  return { name, at, reason, summary: "a program of the chart does not run", fix };
}
