import type { StoredObject } from "../kubernetes/client";
import type { Place } from "../kubernetes/kinds";
import type { Denied } from "../kubernetes/permitted";
import { recognise } from "./causes";
import { commandsFor } from "./commands";
import { conditionOf, flat, holds, isOwnedBy, lastWarning, nameOf, type StoredEvent } from "./objects";
import { unreadable, type Cause, type Diagnosis, type Health, type Step } from "./types";

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
  /** What of all this may not be read. */
  denied: readonly Denied[];
}

interface ContainerStatus {
  name: string;
  ready?: boolean;
  restartCount?: number;
  state?: { waiting?: { reason?: string; message?: string }; terminated?: { reason?: string; exitCode?: number } };
}

/** Why a release does not come up: of what it made, the first that does not run. */
export function diagnoseRelease(parts: ReleaseParts): Diagnosis {
  const { place } = parts;
  const commands = commandsFor.Release(place);
  const workloads = [...parts.deployments, ...parts.jobs];
  const below = [...workloads.map((workload) => workloadStep(parts, workload)), ...parts.denied.map(unreadable)];
  const object = `Release ${place.namespace}/${place.name}`;
  const step: Step = { object, ...stateOf(parts), below };
  if (step.health === "ready") return { step, commands };
  const cause = causeOf(parts, workloads);
  return { step, commands, ...(cause ? { cause } : {}) };
}

function stateOf({ record, denied }: ReleaseParts): Pick<Step, "health" | "says"> {
  if (!record) {
    const hidden = denied.find(({ object }) => object === "Secrets");
    return hidden ? unreadable(hidden) : { health: "missing", says: "Helm has no record of it" };
  }
  const { status: state, version } = record.metadata.labels ?? {};
  const health = state === "deployed" ? "ready" : state === "failed" ? "failed" : "waiting";
  return { health, says: `revision ${version}: ${state}` };
}

function workloadStep(parts: ReleaseParts, workload: StoredObject): Step {
  const isJob = workload.kind === "Job";
  const done = isJob ? holds(workload, "Complete") : holds(workload, "Available");
  const said = isJob ? conditionOf(workload, "Failed") : conditionOf(workload, "Available");
  const refusal = refusalOf(parts, workload);
  const failed = refusal !== undefined || (isJob && said?.status === "True");
  const health: Health = done ? "ready" : failed ? "failed" : "waiting";
  const says = flat(refusal ?? said?.message ?? (isJob ? "is under way" : "no Pods yet"));
  const pods = podsOf(parts, workload).map((pod) => podStep(parts, pod));
  return { object: nameOf(workload), health, says: done ? "done" : says, below: done ? [] : pods };
}

function podsOf({ pods, replicaSets }: ReleaseParts, workload: StoredObject): StoredObject[] {
  const owners = [workload, ...replicaSets.filter((set) => isOwnedBy(set, workload))];
  return pods.filter((pod) => owners.some((owner) => isOwnedBy(pod, owner)));
}

/** Why a workload's controller may not make its Pods. A Deployment repeats it of its ReplicaSet; of a Job only events tell. */
function refusalOf(parts: ReleaseParts, workload: StoredObject): string | undefined {
  const failure = conditionOf(workload, "ReplicaFailure");
  if (failure?.status === "True") return failure.message;
  if (workload.kind !== "Job" || podsOf(parts, workload).length > 0) return undefined;
  const warning = lastWarning(parts.events, workload);
  return warning?.reason === "FailedCreate" ? warning.message : undefined;
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

/** Deployments go before the hook's Job, which fails because of them, and before the webhook, which one of them runs. */
function causeOf(parts: ReleaseParts, workloads: readonly StoredObject[]): Cause | undefined {
  const deployments = workloads.filter(({ kind }) => kind !== "Job");
  const [refusal] = refusalsOf(parts, deployments);
  if (refusal) return recognise(refusal.reason, refusal.at) ?? helmCause(refusal);
  const [stuck] = troublesOf(parts, deployments);
  if (stuck) return helmCause(stuck);
  // What Helm could not make at all it says itself, and a webhook that is not there need not answer.
  if (!deployments.some((deployment) => isWebhook(deployment) && holds(deployment, "Available"))) return undefined;
  const { webhookRefusal } = parts;
  const unanswered = webhookRefusal && recognise(webhookRefusal, "the API server");
  if (unanswered) return unanswered;
  const [hook] = [...refusalsOf(parts, workloads), ...troublesOf(parts, workloads)];
  return hook && (recognise(hook.reason, hook.at) ?? helmCause(hook));
}

type Trouble = Pick<Cause, "at" | "reason">;

/** Pods that the API server does not let be made. */
const refusalsOf = (parts: ReleaseParts, workloads: readonly StoredObject[]): Trouble[] =>
  workloads.flatMap((workload) => {
    const reason = refusalOf(parts, workload);
    return reason === undefined ? [] : [{ at: nameOf(workload), reason: flat(reason) }];
  });

/** Pods that are there, and do not run. */
const troublesOf = (parts: ReleaseParts, workloads: readonly StoredObject[]): Trouble[] =>
  workloads.flatMap((workload) =>
    podsOf(parts, workload).flatMap((pod) => {
      const reason = troubleOf(parts, pod);
      return reason ? [{ at: nameOf(pod), reason }] : [];
    }),
  );

const isWebhook = ({ metadata }: StoredObject): boolean =>
  metadata.labels?.["app.kubernetes.io/component"] === "webhook";

function helmCause({ at, reason }: Trouble): Cause {
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
