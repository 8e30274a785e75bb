import { setMaxListeners } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ensureWorldParts, type WorldParts } from "../build/world-parts";
import { components } from "../components";
import type { ComponentContext } from "../components/component";
import { mustRun } from "../host/command";
import { Inside } from "../host/inside";
import { withLock } from "../host/lock";
import { createNamespace, enterArguments, type Namespace } from "../host/namespace";
import { ProcessTable } from "../host/processes";
import type { Reporter, Task } from "../host/progress";
import { requireMachine } from "../host/requirements";
import { saveAcmeRoots } from "./acme-roots";
import { daemonEnvironment } from "./environment";
import { runSteps, type Step } from "./graph";
import type { Layout } from "./layout";
import { applyCafe, applyGatewayApi, awaitCafe, type ObjectsContext } from "./objects";
import { ensurePki } from "./pki";
import { defaultSettings, type WorldSettings } from "./settings";
import { type Starter, startComponent } from "./starter";
import { liveNamespace, loadState, saveState } from "./state";
import { ANCHOR, stopNamed, stopStrays } from "./teardown";

export interface UpOptions {
  name: string;
  layout: Layout;
  reporter: Reporter;
  signal?: AbortSignal;
  /** What differs from the settings that the world had last, or from the defaults. */
  settings?: Partial<WorldSettings>;
}

interface Run extends UpOptions {
  settings: WorldSettings;
  table: ProcessTable;
  parts: WorldParts;
  rootless: boolean;
  started: string[];
}

async function ensureNamespace(run: Run): Promise<Namespace> {
  const { table, layout, rootless, started } = run;
  const live = liveNamespace(table, loadState(layout));
  if (live) return live;
  // Whatever still runs belongs to namespaces that nobody can enter any more.
  await stopNamed(
    table,
    table.all().map((record) => record.name),
  );
  await stopStrays(table, layout.folder);
  saveState(layout, { parts: run.parts, rootless, settings: run.settings });
  const environment = daemonEnvironment(layout);
  return createNamespace({
    rootless,
    etcFolder: layout.etc,
    environment,
    signal: run.signal,
    onStart: ({ anchor }) => {
      started.push(ANCHOR);
      table.add({ ...anchor, name: ANCHOR, argv: ["sleep", "infinity"], startedAt: new Date().toISOString() });
    },
  });
}

function objectsContext(run: Run, namespace: Namespace, inside: Inside): ObjectsContext {
  const { layout, parts, signal } = run;
  const env = { ...daemonEnvironment(layout), KUBECONFIG: layout.kubeconfig };
  const kubectl = (args: readonly string[], input?: string): Promise<string> => {
    const argv = enterArguments(namespace, [join(parts.bin, "kubectl"), ...args], layout.folder);
    return mustRun(`kubectl ${args[0]}`, argv, { env, input, signal });
  };
  return { layout, inside, gatewayCrds: parts.gatewayCrds, kubectl, signal };
}

function componentContext({ layout, parts, settings }: Run, inside: Inside): ComponentContext {
  const program = (name: string): string => {
    const path = parts.programs[name];
    if (!path) throw new Error(`program "${name}": not built; known are ${Object.keys(parts.programs).join(", ")}`);
    return path;
  };
  return { layout, program, charts: parts.charts, settings, inside };
}

function stepsOf(run: Run, namespace: Namespace, inside: Inside): Step[] {
  const starter: Starter = { ...run, namespace, context: componentContext(run, inside) };
  const objects = objectsContext(run, namespace, inside);
  const cafeNeeds = ["cafe-objects", "kube-controller-manager", "kube-scheduler", "kubelet"];
  return [
    { name: ANCHOR, needs: [], run: () => Promise.resolve() },
    { name: "pki", needs: [], run: () => ensurePki(run.layout) },
    ...components.map((component) => ({
      name: component.name,
      needs: component.needs,
      run: () => startComponent(component, starter),
    })),
    {
      name: "acme-roots",
      needs: ["pebble-staging", "pebble-production"],
      run: () => saveAcmeRoots(run.layout, inside),
    },
    { name: "gateway-api", needs: ["kube-apiserver"], run: () => applyGatewayApi(objects) },
    { name: "cafe-objects", needs: ["kube-apiserver"], run: () => applyCafe(objects) },
    { name: "cafe", needs: cafeNeeds, run: () => awaitCafe(objects) },
  ];
}

/** Each step says in the progress line that it is under way. */
function shown(steps: readonly Step[], task: Task): Step[] {
  const running = new Set<string>();
  const show = (): void => task.detail(`awaiting ${[...running].join(", ")}`);
  return steps.map((step) => ({
    ...step,
    run: async () => {
      running.add(step.name);
      show();
      await step.run().finally(() => running.delete(step.name));
      show();
    },
  }));
}

async function start(run: Run, task: Task): Promise<void> {
  const namespace = await ensureNamespace(run);
  const stray = await stopStrays(run.table, run.layout.folder);
  if (stray > 0) run.reporter.info(`  ended ${stray} processes that an interrupted run had left`);
  saveState(run.layout, { parts: run.parts, rootless: namespace.rootless, settings: run.settings });
  const inside = new Inside(namespace);
  // One failure ends all waits; so does Ctrl-C.
  const failure = new AbortController();
  const signal = run.signal ? AbortSignal.any([run.signal, failure.signal]) : failure.signal;
  // Every wait listens to it, and there are more at once than Node takes for ordinary.
  setMaxListeners(0, signal);
  try {
    const steps = stepsOf({ ...run, signal }, namespace, inside);
    await runSteps(shown(steps, task), (error) => failure.abort(error));
  } finally {
    inside.close();
  }
}

/** Brings up what is missing of a world; on failure or interruption what this run started is stopped again. */
export async function bringUp(options: UpOptions): Promise<void> {
  const { layout, reporter, signal, name } = options;
  const { rootless } = await requireMachine();
  const parts = await ensureWorldParts({ reporter, signal });
  const work = async (): Promise<void> => {
    mkdirSync(layout.folder, { recursive: true, mode: 0o700 });
    const table = new ProcessTable(layout.processes, layout.logs);
    const settings = { ...defaultSettings, ...loadState(layout)?.settings, ...options.settings };
    const run: Run = { ...options, settings, table, parts, rootless, started: [] };
    try {
      await reporter.task(`starting world ${name}`, (task) => start(run, task));
    } catch (error) {
      await reporter.task("stopping what was started", () => stopNamed(table, run.started));
      throw error;
    }
  };
  const onWait = (holder: { pid: number }): void =>
    reporter.info(`  world ${name} is being changed by process ${holder.pid}: waiting for it`);
  await withLock(layout.lock, work, { signal, onWait });
}
