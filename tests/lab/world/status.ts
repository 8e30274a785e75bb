import { components } from "../components";
import type { ComponentContext } from "../components/component";
import type { ProcessRecord } from "../host/processes";
import { formatDuration } from "../host/progress";
import { Inside } from "../host/inside";
import { memoryOf } from "./memory";
import { podStatuses } from "./pods";
import { liveNamespace, loadState } from "./state";
import { ANCHOR } from "./teardown";
import type { World } from "./world";

export interface ProcessStatus {
  name: string;
  address: string;
  pid?: number;
  /** In bytes. */
  memory?: number;
  /** "ok", or what is wrong. */
  health: string;
  uptimeSeconds?: number;
}

export interface WorldStatus {
  name: string;
  up: boolean;
  folder: string;
  processes: ProcessStatus[];
  memory: number;
}

function describeProcess(record: ProcessRecord, health: string): ProcessStatus {
  return {
    name: record.name,
    address: record.address ?? "",
    pid: record.pid,
    memory: memoryOf(record.pid),
    health,
    uptimeSeconds: Math.round((Date.now() - Date.parse(record.startedAt)) / 1000),
  };
}

async function healthOf(name: string, context: ComponentContext | undefined): Promise<string> {
  const component = components.find((entry) => entry.name === name);
  if (!component) return "ok";
  if (!context) return "unknown: the world's namespaces are gone";
  const problem = await component.health(context).catch((error: unknown) => String((error as Error).message ?? error));
  return problem ?? "ok";
}

/** Everything that runs, pods too, and everything that should but does not. */
export async function statusOf(world: World): Promise<WorldStatus> {
  const { table, layout } = world;
  const state = loadState(layout);
  const namespace = liveNamespace(table, state);
  const inside = namespace && new Inside(namespace);
  const context: ComponentContext | undefined =
    state && inside
      ? {
          layout,
          inside,
          ...state.parts,
          settings: state.settings,
          program: (name) => state.parts.programs[name] ?? name,
        }
      : undefined;
  const others = table.all().map((record) => record.name);
  const names = [...new Set([ANCHOR, ...components.map((component) => component.name), ...others])];
  const one = async (name: string): Promise<ProcessStatus | undefined> => {
    const record = table.find(name);
    if (record) return describeProcess(record, await healthOf(name, context));
    const address = components.find((component) => component.name === name)?.address ?? "";
    return state ? { name, address, health: "not running" } : undefined;
  };
  try {
    const own = (await Promise.all(names.map(one))).filter((entry) => entry !== undefined);
    // Without an API server there is nobody to ask about pods; its own line says so.
    const pods = inside ? await podStatuses({ layout, inside }, table.find("kubelet")?.pid).catch(() => []) : [];
    const processes = [...own, ...pods];
    const memory = processes.reduce((sum, entry) => sum + (entry.memory ?? 0), 0);
    return { name: world.name, up: world.isUp(), folder: layout.folder, processes, memory };
  } finally {
    inside?.close();
  }
}

/** Pods count as well: their images are programs of the lab. */
export function isHealthy(status: WorldStatus): boolean {
  return status.up && status.processes.every((entry) => entry.health === "ok");
}

const megabytes = (bytes: number | undefined): string => (bytes === undefined ? "" : `${Math.round(bytes / 1e6)} MB`);

/** Columns as wide as their widest cell; the last one is left as it is. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return rows.map(line).join("\n");
}

export function renderStatus(status: WorldStatus): string {
  if (status.processes.length === 0) return `world ${status.name}: not up`;
  const rows = status.processes.map((entry) => [
    entry.name,
    entry.address,
    entry.pid === undefined ? "" : String(entry.pid),
    megabytes(entry.memory),
    entry.uptimeSeconds === undefined ? "" : formatDuration(entry.uptimeSeconds * 1000),
    // A health problem may hold several lines; the table has one for it.
    entry.health.split("\n")[0] ?? "",
  ]);
  const table = renderTable([["PROCESS", "ADDRESS", "PID", "MEMORY", "UPTIME", "HEALTH"], ...rows]);
  const state = isHealthy(status) ? "up" : status.up ? "up, but not healthy" : "not up";
  return `world ${status.name}: ${state}, ${megabytes(status.memory)} in ${status.folder}\n${table}`;
}
