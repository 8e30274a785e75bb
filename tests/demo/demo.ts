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
import { leftovers, takeInventory } from "../e2e/support/inventory";
import { initQuickstart, quickstartHosts, setHosts, type QuickstartOutputs } from "../e2e/support/quickstart";
import { Stack, type Run } from "../e2e/support/stack";
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
  kubernetesPlugin: "real" | "stand-in";
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

/** One run: its parts, and what it has found so far. */
class Demo {
  readonly problems: string[] = [];
  readonly timings: Record<string, number> = {};

  constructor(readonly options: DemoOptions) {}

  /** A step with its progress, its time, and silence when it is quick. */
  async step<T>(key: string, title: string, action: (onDetail: (text: string) => void) => Promise<T>): Promise<T> {
    this.options.signal.throwIfAborted();
    const since = Date.now();
    const result = await this.options.reporter.task(title, (task) => action((text) => task.detail(text)));
    this.timings[key] = Math.round((Date.now() - since) / 100) / 10;
    return result;
  }

  expect(held: boolean, otherwise: string): void {
    if (held) return;
    this.problems.push(otherwise);
    this.options.say(`  NOT AS EXPECTED: ${otherwise}`);
  }
}

export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const demo = new Demo(options);
  const { reporter, signal } = options;
  const started = Date.now();
  const engine = await demo.step("build", "building the lab", async () => {
    await ensureBuilt({ reporter, signal });
    return findEngine({ reporter, signal });
  });
  options.say(describeEngine(engine));
  const world = openWorld("demo");
  if (world.isUp()) await world.down({ reporter, signal });
  let kept = false;
  try {
    await demo.step("world", "starting the local world", () => world.up({ reporter, signal }));
    const report = await runQuickstart(demo, world, engine);
    demo.timings.total = Math.round((Date.now() - started) / 1000);
    kept = options.keep;
    return report;
  } finally {
    if (!kept) await world.down({ reporter });
    world.close();
  }
}

async function runQuickstart(demo: Demo, world: World, engine: Engine): Promise<DemoReport> {
  const { signal, say, keep } = demo.options;
  const folder = join(cacheFolder(), "runs", "demo");
  rmSync(folder, { recursive: true, force: true });
  const stack = new Stack({ world, engine, folder, program: "quickstart", signal });
  const before = await takeInventory(world);
  await demo.step("init", "making the stack", () => initQuickstart(stack, quickstartHosts));
  await must(demo, "up", "pulumi up: cert-manager, an issuer, two domains", stack.up);
  const domains = await demo.step("https", "asking each domain over https", () => inspect(stack, world));
  say(`\n${domainTable(domains)}\n`);
  for (const { host, ready, https } of domains) {
    demo.expect(ready && https.status === 200, `${host}: Ready ${ready}, https ${https.status}`);
  }
  const previews = await showPreviews(demo, stack);
  const end = keep ? { left: null, kept: [] } : await destroy(demo, stack, world, before);
  if (keep) say(await keepInstructions(world, engine, folder));
  say(
    `${demo.problems.length === 0 ? "Everything held" : `${demo.problems.length} steps did not hold`}, in ${describeTimings(demo.timings)}.`,
  );
  const { kind } = engine.kubernetesPlugin;
  const report = { domains, engine: `pulumi ${engine.pulumi.version}`, kubernetesPlugin: kind, ...previews };
  return { ...report, leftAfterDestroy: end.left, kept: end.kept, timings: demo.timings, problems: demo.problems };
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

async function showPreviews(
  demo: Demo,
  stack: Stack,
): Promise<Pick<DemoReport, "previewAfterUp" | "previewOfOneMoreDomain">> {
  const { say } = demo.options;
  const again = await must(demo, "preview", "a second preview", stack.preview);
  say(
    `A second preview: ${again.operations.length === 0 ? "nothing to do" : again.operations.map(describeOperation).join(", ")}.`,
  );
  demo.expect(again.operations.length === 0, "the preview after the up is not empty");
  await setHosts(stack, { ...quickstartHosts, ...oneMore });
  const more = await must(demo, "previewOfOneMoreDomain", "a preview with one more domain", stack.preview);
  say(`One more domain (${Object.keys(oneMore).join()}) would mean:`);
  for (const operation of more.operations) say(`  ${describeOperation(operation)}`);
  demo.expect(
    more.operations.length > 0 && more.operations.every(({ op }) => op === "create"),
    "one more domain is not only creations",
  );
  return { previewAfterUp: counts(again), previewOfOneMoreDomain: counts(more) };
}

const counts = ({ changes, same }: Run): Record<string, number> => ({ ...changes, same });

async function destroy(demo: Demo, stack: Stack, world: World, before: Awaited<ReturnType<typeof takeInventory>>) {
  const { say } = demo.options;
  await must(demo, "destroy", "pulumi destroy", stack.destroy);
  const { left, kept } = leftovers(before, await takeInventory(world));
  say(
    `\nAfter destroy ${left.length === 0 ? "nothing is left" : `these are left: ${left.join(", ")}`}; kept on purpose:`,
  );
  for (const object of kept) say(`  ${object}`);
  demo.expect(left.length === 0, `left after destroy: ${left.join(", ")}`);
  return { left, kept };
}

const describeTimings = (timings: Record<string, number>): string =>
  Object.entries(timings)
    .map(([key, seconds]) => `${key} ${formatDuration(seconds * 1000)}`)
    .join(", ");
