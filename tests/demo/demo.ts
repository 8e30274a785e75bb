import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  cacheFolder,
  describeEngine,
  ensureBuilt,
  findEngine,
  formatDuration,
  openWorld,
  type Engine,
  type Reporter,
  type World,
} from "../lab";
import { describeOperation } from "../e2e/support/events";
import { verifiedHttps } from "../e2e/support/https";
import { leftovers, takeInventory, type Inventory } from "../e2e/support/inventory";
import { initQuickstart, quickstartHosts, setHosts, type QuickstartOutputs } from "../e2e/support/quickstart";
import { Stack, type Run } from "../e2e/support/stack";
import { buildPlugin } from "../support/build";
import { domainTable, type DomainReport } from "./report";
import { keepInstructions } from "./keep";

const oneMore = { "cake.example.com": "tea-svc" };

export interface DemoOptions {
  keep: boolean;
  say: (text: string) => void;
  reporter: Reporter;
  signal: AbortSignal;
}

/** What a run of the demo saw; the document that --json prints. */
export interface DemoReport {
  domains: DomainReport[];
  engine: string;
  /** null until the engine is found. */
  kubernetesPlugin: "real" | "stand-in" | null;
  /** Counts by operation. */
  previewAfterUp: Record<string, number>;
  previewOfOneMoreDomain: Record<string, number>;
  /** null with --keep, which destroys nothing. */
  leftAfterDestroy: string[] | null;
  kept: string[];
  /** Seconds by step. */
  timings: Record<string, number>;
  /** What did not hold; empty if all did. */
  problems: string[];
}

/** A report before the first step; a run that fails leaves it as far as it came. */
export const emptyReport = (): DemoReport => ({
  domains: [],
  engine: "",
  kubernetesPlugin: null,
  previewAfterUp: {},
  previewOfOneMoreDomain: {},
  leftAfterDestroy: null,
  kept: [],
  timings: {},
  problems: [],
});

/** One run: what it was asked for, and what it has found so far. */
class Demo {
  constructor(
    readonly options: DemoOptions,
    readonly report: DemoReport,
  ) {}

  /** A step with its progress, its time, and silence when it is quick. */
  async step<T>(key: string, title: string, action: (onDetail: (text: string) => void) => Promise<T>): Promise<T> {
    this.options.signal.throwIfAborted();
    const since = Date.now();
    const result = await this.options.reporter.task(title, (task) => action((text) => task.detail(text)));
    this.report.timings[key] = Math.round((Date.now() - since) / 100) / 10;
    return result;
  }

  expect(held: boolean, otherwise: string): void {
    if (held) return;
    this.report.problems.push(otherwise);
    this.options.say(`  NOT AS EXPECTED: ${otherwise}`);
  }
}

/** Fills the report step by step; throws where the next step would make no sense. */
export async function runDemo(options: DemoOptions, report: DemoReport): Promise<void> {
  const demo = new Demo(options, report);
  const { reporter, signal } = options;
  const engine = await demo.step("build", "building what is missing", () => prepare(options));
  report.engine = `pulumi ${engine.pulumi.version}`;
  report.kubernetesPlugin = engine.plugins.kubernetes.kind;
  options.say(describeEngine(engine));
  const world = openWorld("demo");
  if (world.isUp()) await world.down({ reporter, signal });
  let kept = false;
  try {
    await demo.step("world", "starting the local world", () => world.up({ reporter, signal }));
    await runQuickstart(demo, world, engine);
    kept = options.keep;
  } finally {
    if (!kept) await world.down({ reporter });
    world.close();
  }
}

async function prepare({ reporter, signal }: DemoOptions): Promise<Engine> {
  buildPlugin();
  await ensureBuilt({ reporter, signal });
  return findEngine({ reporter, signal });
}

async function runQuickstart(demo: Demo, world: World, engine: Engine): Promise<void> {
  const { report } = demo;
  const { signal, say, keep } = demo.options;
  const folder = join(cacheFolder(), "runs", "demo");
  rmSync(folder, { recursive: true, force: true });
  const stack = new Stack({ world, engine, folder, program: "quickstart", signal });
  const before = await takeInventory(world);
  await demo.step("init", "making the stack", () => initQuickstart(stack, quickstartHosts));
  await must(demo, "up", "pulumi up: cert-manager, an issuer, two domains", stack.up);
  report.domains = await demo.step("https", "asking each domain over https", () => inspect(stack, world));
  say(`\n${domainTable(report.domains)}\n`);
  for (const { host, ready, https } of report.domains) {
    demo.expect(ready && https.status === 200, `${host}: Ready ${ready}, https ${https.status}`);
  }
  await showPreviews(demo, stack);
  if (keep) say(await keepInstructions(world, engine, folder));
  else await destroy(demo, stack, world, before);
  const { problems, timings } = report;
  say(
    `${problems.length === 0 ? "Everything held" : `${problems.length} steps did not hold`}, in ${describeTimings(timings)}.`,
  );
}

async function must(demo: Demo, key: string, title: string, run: Stack["up"]): Promise<Run> {
  const result = await demo.step(key, title, run);
  if (result.code !== 0) throw new Error(`${title}: ended with ${result.code}\n${result.output}`);
  return result;
}

async function inspect(stack: Stack, world: World): Promise<DomainReport[]> {
  const { domains } = await stack.outputs<QuickstartOutputs>();
  const root = await world.acmeRoot("staging");
  return Promise.all(
    Object.values(domains).map(async ({ host, url, issuer, ready, notAfter }) => {
      const answer = await verifiedHttps(world, url!, root);
      const https = { status: answer.status, issuer: answer.peer?.issuer ?? "" };
      return {
        host,
        routeKind: "Gateway API",
        issuer: issuer ?? "",
        ready: ready === true,
        notAfter: notAfter ?? "",
        https,
      };
    }),
  );
}

async function showPreviews(demo: Demo, stack: Stack): Promise<void> {
  const { report } = demo;
  const { say } = demo.options;
  const again = await must(demo, "preview", "a second preview", stack.preview);
  report.previewAfterUp = counts(again);
  say(
    `A second preview: ${again.operations.length === 0 ? "nothing to do" : again.operations.map(describeOperation).join(", ")}.`,
  );
  demo.expect(again.operations.length === 0, "the preview after the up is not empty");
  await setHosts(stack, { ...quickstartHosts, ...oneMore });
  const more = await must(demo, "previewOfOneMoreDomain", "a preview with one more domain", stack.preview);
  report.previewOfOneMoreDomain = counts(more);
  say(`One more domain (${Object.keys(oneMore).join()}) would mean:`);
  for (const operation of more.operations) say(`  ${describeOperation(operation)}`);
  const onlyNew = more.operations.length > 0 && more.operations.every(({ op }) => op === "create");
  demo.expect(onlyNew, "one more domain is not only creations");
  await setHosts(stack, quickstartHosts);
}

const counts = ({ changes, same }: Run): Record<string, number> => ({ ...changes, same });

async function destroy(demo: Demo, stack: Stack, world: World, before: Inventory): Promise<void> {
  const { say } = demo.options;
  await must(demo, "destroy", "pulumi destroy", stack.destroy);
  const { left, kept } = leftovers(before, await takeInventory(world));
  demo.report.leftAfterDestroy = left;
  demo.report.kept = kept;
  say(
    `\nAfter destroy ${left.length === 0 ? "nothing is left" : `these are left: ${left.join(", ")}`}; kept on purpose:`,
  );
  for (const object of kept) say(`  ${object}`);
  demo.expect(left.length === 0, `left after destroy: ${left.join(", ")}`);
}

const describeTimings = (timings: Record<string, number>): string =>
  Object.entries(timings)
    .map(([key, seconds]) => `${key} ${formatDuration(seconds * 1000)}`)
    .join(", ");
