import type { BuildContext } from "./build/build";
import { ensureWorldParts, type WorldParts } from "./build/world-parts";
import { requireMachine } from "./host/requirements";
import { World } from "./world/world";

export { ensureEngine, versionIn } from "./build/build";
export { CHART_VERSIONS } from "./build/charts";
export { goEnvironment, goFailure } from "./build/go";
export { engineTools } from "./build/tools";
export { describeEngine, type Engine, engineOptions, findEngine, type RunOptions } from "./engine/engine";
export { type CommandOptions, type CommandResult, mustRun, run } from "./host/command";
export type { PeerCertificate, WorldRequest, WorldResponse } from "./host/inside";
export { interruption } from "./host/interruption";
export { cacheFolder, worldFolder } from "./host/paths";
export { formatDuration, type Reporter, silentReporter, type Task, TerminalReporter } from "./host/progress";
export { checkMachine, MachineError, requireMachine } from "./host/requirements";
export { sleep, waitFor } from "./host/wait";
export type {
  Answer,
  ApiRequest,
  CloudflareToken,
  DnsRecord,
  EdgeControl,
  GoogleState,
  HostRequest,
} from "./world/edge-control";
export type { Fault, FaultEffect } from "./world/edge-faults";
export type { ForwardedCluster, ForwardedPort } from "./world/forward";
export { bindProjectRole, createServiceAccount, createServiceAccountKey, type NewServiceAccount } from "./world/google";
export {
  type AcmeEnvironment,
  addresses,
  cloudflareAccount,
  cloudflareTokens,
  cloudflareZoneId,
  googleAdminToken,
  googleProject,
  hosts,
  updateKey,
  zones,
} from "./world/layout";
export { CAFE_NAMESPACE, GATEWAY_CLASS } from "./world/manifests";
export type { WorldSettings } from "./world/settings";
export { isHealthy, renderStatus, renderTable, statusOf, type WorldStatus } from "./world/status";
export { type ActionOptions, type DownOptions, type ExecOptions, type InsideOptions, World } from "./world/world";

/** Checks the machine, then builds what worlds need and the cache lacks. */
export async function ensureBuilt(context: BuildContext): Promise<WorldParts> {
  await requireMachine();
  return ensureWorldParts(context);
}

/** A world by name, up or not: `await openWorld("default").up()`. */
export function openWorld(name = "default"): World {
  return new World(name);
}
