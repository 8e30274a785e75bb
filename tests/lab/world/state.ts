import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WorldParts } from "../build/world-parts";
import type { Namespace } from "../host/namespace";
import type { ProcessTable } from "../host/processes";
import type { Layout } from "./layout";
import type { WorldSettings } from "./settings";
import { ANCHOR } from "./teardown";

/** What a world was last brought up with: enough to use it without building or checking anything. */
export interface WorldState {
  parts: WorldParts;
  rootless: boolean;
  settings: WorldSettings;
}

const file = (layout: Layout): string => join(layout.folder, "world.json");

export function saveState(layout: Layout, state: WorldState): void {
  const draft = `${file(layout)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(state, undefined, 2)}\n`);
  renameSync(draft, file(layout));
}

export function loadState(layout: Layout): WorldState | undefined {
  try {
    return JSON.parse(readFileSync(file(layout), "utf8")) as WorldState;
  } catch {
    return undefined;
  }
}

/** The namespaces of a world that is up. */
export function liveNamespace(table: ProcessTable, state: WorldState | undefined): Namespace | undefined {
  const anchor = table.find(ANCHOR);
  return anchor && state ? { anchor, rootless: state.rootless } : undefined;
}
