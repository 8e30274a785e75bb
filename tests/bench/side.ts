import { cpSync } from "node:fs";
import { join } from "node:path";
import { GATEWAY_CLASS } from "../lab";
import { installProgram } from "../e2e/support/install";
import { Stack, type Run } from "../e2e/support/stack";
import { issuerName, type Cluster } from "./cluster";
import { watchMemory, type PeakMemory } from "./process-memory";

/** The programs that are compared: one ClusterTls, and the same objects written by hand. */
export type Side = "component" | "by-hand";

/** Bound of one run of the engine: more than the slowest took here, and less than an evening. */
const RUN_SECONDS = 1200;

/**
 * The engine's file backend writes the whole state at each step, which would drown what is measured, on both sides alike. It is written
 * once at the end instead.
 */
const skipCheckpoints = { PULUMI_SKIP_CHECKPOINTS: "true", PULUMI_EXPERIMENTAL: "true" };

const sourceOf = (side: Side): string => join(__dirname, "programs", side);
const folderOf = (cluster: Cluster, side: Side): string => join(cluster.folder, side);

/** Installs the programs' packages as a user would, once for all the stacks below. */
export async function installSides(cluster: Cluster, signal: AbortSignal): Promise<void> {
  for (const side of ["component", "by-hand"] as const) {
    const folder = folderOf(cluster, side);
    for (const file of ["package.json", "Pulumi.yaml"]) cpSync(join(sourceOf(side), file), join(folder, file));
    await installProgram(folder, signal);
  }
}

export interface ProgramOptions {
  side: Side;
  domains: number;
  namespace: string;
  /** Whether an update waits for Certificates and Gateways, or leaves them to nobody. */
  awaited: boolean;
}

/** A stack of its own for one of the programs, with a folder of its own. */
export async function openStack(cluster: Cluster, options: ProgramOptions, signal: AbortSignal): Promise<Stack> {
  const { side, domains, namespace, awaited } = options;
  const stack = new Stack({
    ...cluster,
    folder: join(folderOf(cluster, side), namespace),
    program: side,
    source: sourceOf(side),
    installed: true,
    env: skipCheckpoints,
    timeoutSeconds: RUN_SECONDS,
    signal,
  });
  await stack.init({
    domains: String(domains),
    namespace,
    issuer: issuerName,
    gatewayClassName: awaited ? GATEWAY_CLASS : "served-by-nobody",
    awaited: String(awaited),
  });
  return stack;
}

export interface Timed {
  milliseconds: number;
  run: Run;
}

/** A run that must end well, and how long it took. */
export async function timed(what: string, action: () => Promise<Run>): Promise<Timed> {
  const since = performance.now();
  const run = await action();
  const milliseconds = performance.now() - since;
  if (run.code !== 0) throw new Error(`${what}: ended with ${run.code}\n${run.output.slice(-4000)}`);
  return { milliseconds, run };
}

/** A preview that finds nothing to do; any other would be a measurement of something else. */
export async function emptyPreview(what: string, stack: Stack): Promise<number> {
  const { milliseconds, run } = await timed(what, () => stack.preview());
  const changes = Object.entries(run.changes);
  if (changes.length > 0) throw new Error(`${what}: is not empty: ${JSON.stringify(run.changes)}`);
  return milliseconds;
}

export interface Update {
  milliseconds: number;
  memory: PeakMemory;
}

/** An update, with the memory of its processes. */
export async function update(what: string, stack: Stack): Promise<Update> {
  const watches: { stop(): PeakMemory }[] = [];
  try {
    const { milliseconds } = await timed(what, () => stack.up(undefined, (pid) => watches.push(watchMemory(pid))));
    return { milliseconds, memory: watches[0]!.stop() };
  } finally {
    for (const watch of watches) watch.stop();
  }
}
