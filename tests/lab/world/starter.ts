import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { Component, ComponentContext } from "../components/component";
import { enterArguments, type Namespace } from "../host/namespace";
import { type ProcessRecord, type ProcessTable, stopProcess } from "../host/processes";
import type { Reporter } from "../host/progress";
import { HopelessError, waitFor } from "../host/wait";
import { daemonEnvironment } from "./environment";

export interface Starter {
  context: ComponentContext;
  namespace: Namespace;
  table: ProcessTable;
  reporter: Reporter;
  signal?: AbortSignal;
  /** Names of what this run started, to be stopped should it be interrupted. */
  started: string[];
}

export function fingerprint(argv: readonly string[], environment: object, files: Record<string, string>): string {
  return createHash("sha256")
    .update(JSON.stringify([argv, environment, files]))
    .digest("hex")
    .slice(0, 16);
}

async function ensureRunning(component: Component, starter: Starter): Promise<ProcessRecord> {
  const { context, table, namespace, reporter, started } = starter;
  const files = component.files?.(context) ?? {};
  const own = component.argv(context);
  const environment = {
    ...daemonEnvironment(context.layout),
    ...component.environment?.(context),
  };
  const wanted = fingerprint(own, environment, files);
  const running = table.find(component.name);
  if (running?.fingerprint === wanted) return running;
  if (running) {
    reporter.info(`  ${component.name}: its program or configuration changed, restarting it`);
    await stopProcess(running, component.graceSeconds);
  }
  starter.signal?.throwIfAborted();
  for (const [path, text] of Object.entries(files)) writeFileSync(path, text, { mode: 0o600 });
  started.push(component.name);
  const argv = enterArguments(namespace, own, context.layout.folder);
  return table.start({ name: component.name, argv, environment, address: component.address, fingerprint: wanted });
}

/** Starts a component unless it runs as it should, and waits until it works. */
export async function startComponent(component: Component, starter: Starter): Promise<void> {
  const { table, context, signal } = starter;
  const { pid } = await ensureRunning(component, starter);
  const probe = async (): Promise<string | undefined> => {
    if (table.find(component.name)?.pid !== pid) {
      const log = table.logFile(component.name);
      throw new HopelessError(`${component.name} ended; the end of ${log}:\n${table.lastWords(component.name)}`);
    }
    return component.health(context);
  };
  await waitFor(component.name, probe, { seconds: component.seconds, signal });
}
