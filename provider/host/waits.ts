import * as pulumi from "@pulumi/pulumi";
import type { IResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { commandsFor } from "../diagnosis/commands";
import type { Place } from "../kubernetes/kinds";
import { DependencyResource } from "./sdk";
import { fromStruct, isRecord, type Json } from "./wire-format";

/** A wait of the Kubernetes plugin for something that certfleet makes. */
export interface Wait {
  kind: keyof typeof commandsFor;
  place: Place;
  /** Its bound. */
  seconds: number;
}

/**
 * Has the engine warn of each wait of the Kubernetes plugin that is about to fail, with the commands that show why: what fails then says
 * that it timed out, and nothing reaches the plugin of it any more. A registration is sent when all that it depends on is there, and is
 * answered when its object is ready, so what lies between is the wait.
 */
export function warnOfLongWaits(monitor: IResourceMonitorClient, warn = warnAbout): void {
  const register = monitor.registerResource.bind(monitor) as Register;
  const watched: Register = (request, callback) => {
    const wait = waitOf(request);
    const timer = wait && setTimeout(() => warn(request, warningOf(wait)), secondsUntilWarning(wait) * 1000);
    // It must hold up neither the process nor the end of a construct.
    timer?.unref();
    return register(request, (...answer) => {
      clearTimeout(timer);
      callback(...answer);
    });
  };
  Object.assign(monitor, { registerResource: watched });
}

type Callback = (...answer: unknown[]) => void;
type Register = (request: RegisterResourceRequest, callback: Callback) => unknown;

/** Shortly before the bound; of a release well before, since Helm takes back what failed, and then there is nothing to see. */
const secondsUntilWarning = ({ kind, seconds }: Wait): number =>
  kind === "Release" ? Math.ceil(seconds / 2) : seconds - Math.min(5, Math.ceil(seconds / 10));

/** The wait that a registration brings with it, if it does and that can be told. */
export function waitOf(request: RegisterResourceRequest): Wait | undefined {
  const [provider, , kind] = request.getType().split(":");
  if (provider !== "kubernetes" || !isKnown(kind)) return undefined;
  const inputs = fromStruct(request.getObject());
  if (kind === "Release") return waitFor(kind, inputs, inputs.timeout);
  const metadata = isRecord(inputs.metadata) ? inputs.metadata : {};
  const annotations = isRecord(metadata.annotations) ? metadata.annotations : {};
  if (annotations["pulumi.com/waitFor"] === undefined) return undefined;
  const [, seconds] = /^(\d+)s$/.exec(request.getCustomtimeouts()?.getCreate() ?? "") ?? [];
  return waitFor(kind, metadata, Number(seconds));
}

const isKnown = (kind: string | undefined): kind is Wait["kind"] => kind !== undefined && kind in commandsFor;

/** What Node's timers count up to; nobody waits for so long. */
const maxSeconds = 2_000_000;

/** A name that is a secret is not told. */
function waitFor(kind: Wait["kind"], { namespace, name }: Json, seconds: unknown): Wait | undefined {
  if (typeof name !== "string" || typeof seconds !== "number" || !(seconds > 0 && seconds < maxSeconds))
    return undefined;
  if (namespace !== undefined && typeof namespace !== "string") return undefined;
  return { kind, place: { namespace, name }, seconds };
}

export function warningOf(wait: Wait): string {
  const { kind, place, seconds } = wait;
  const name = [place.namespace, place.name].filter(Boolean).join("/");
  return [
    `${kind} ${name} is not ready after ${secondsUntilWarning(wait)} of the ${seconds} seconds that it may take. To see why:`,
    ...commandsFor[kind](place).map((command) => `  ${command}`),
    "With kubeconfig among the args, a wait that fails says it by itself.",
  ].join("\n");
}

/** On the object's own URN: the answer, which holds it, comes with the end of the wait. */
function warnAbout(request: RegisterResourceRequest, text: string): void {
  const urn = pulumi.createUrn(request.getName(), request.getType(), request.getParent());
  urn.apply((known) => pulumi.log.warn(text, new DependencyResource(known)));
}
