import { afterAll, beforeAll, expect, it } from "vitest";
import { certificateChanges, takeSerials } from "./certificates";
import { changesOf } from "./changes";
import { takeClouds } from "./clouds";
import { contradictions, takeObjects, type Objects } from "./cluster";
import { settingsOf, type Clusters, type Program } from "./program";
import type { Row } from "./row";
import { truthTable, type Report } from "./table";
import { findUntruths } from "./verdict";
import type { Run, Stack } from "../stack";
import { succeed, type Story } from "../story";

const changes = async (run: Promise<Run>) => changesOf((await succeed(run)).operations);

interface Telling {
  story: Story;
  rows: readonly Row[];
  /** Makes the program before the first change. */
  first: (kubeconfig: string) => Program;
  /** How the program gets at the clouds. */
  env?: Record<string, string>;
}

/** What stacks made in the clusters and at the clouds of a story. */
async function takeAll({ world, worlds }: Story): Promise<Objects> {
  const [objects, clouds] = await Promise.all([takeObjects(worlds), takeClouds(world)]);
  return new Map([...objects, ...clouds]);
}

/** Every preview is held against the up that follows it, and both against what the row says and what clusters and clouds show. */
export function tellChanges({ story, rows, first, env }: Telling): void {
  const reports = rows.map(({ change }): Report => ({ change }));
  let stack: Stack;
  let clusters: Clusters;
  let program: Program;

  beforeAll(async () => {
    stack = story.stack("preview-truth", env);
    const kubeconfig = await story.world.kubectl(["config", "view", "--raw", "--minify", "-o", "json"]);
    const [, second] = story.worlds;
    const other = second && (await story.world.forwardCluster(second, 7443));
    clusters = { kubeconfig, otherKubeconfig: other?.kubeconfig ?? "" };
    program = first(kubeconfig);
    await stack.init(...settingsOf(program));
  });

  afterAll(() => void process.stdout.write(`\n${truthTable(reports)}\n\n`));

  const tryChange = async ({ apply, expected, certificates = [] }: Row, report: Report): Promise<void> => {
    program = apply(program, clusters);
    await stack.configure(...settingsOf(program));
    const [before, serials] = [await takeAll(story), await takeSerials(story.world)];
    const announced = (report.announced = await changes(stack.preview()));
    const done = (report.done = await changes(stack.up()));
    const contradicted = contradictions(before, await takeAll(story), done);
    const issued = certificateChanges(serials, await takeSerials(story.world));
    const again = await changes(stack.preview());
    const evidence = { expected, announced, done, contradictions: contradicted, again };
    report.untruths = findUntruths({ ...evidence, certificates: { expected: certificates, shown: issued } });
  };

  /** A preview and a destroy are refused, and nothing is touched. */
  const tryRefusal = async ({ apply }: Row, refused: RegExp, report: Report): Promise<void> => {
    report.refused = true;
    await stack.configure(...settingsOf(apply(program, clusters)));
    const before = await takeAll(story);
    const runs = [await stack.preview(), await stack.destroyAfterPreview()];
    const accepted = runs.filter(({ code, output }) => code === 0 || !refused.test(output));
    const touched = contradictions(before, await takeAll(story), []);
    report.untruths = [...accepted.map(({ output }) => `not refused as expected: ${output}`), ...touched];
    await stack.configure(...settingsOf(program));
  };

  it.each(rows.map((row, index) => [row.change, row, reports[index]!] as const))("%s", async (_change, row, report) => {
    for (const manifest of row.given ?? []) await give(story, manifest);
    await (row.refused ? tryRefusal(row, row.refused, report) : tryChange(row, report));
    expect(report.untruths).toEqual([]);
  });
}

/** Makes an object as somebody else would, and waits for what controllers make of it. */
async function give({ world }: Story, manifest: NonNullable<Row["given"]>[number]): Promise<void> {
  await world.kubectl(["create", "-f", "-"], { input: JSON.stringify(manifest) });
  const { kind, metadata } = manifest;
  if (kind !== "Certificate") return;
  const wait = ["wait", "--for=condition=Ready", `certificate/${metadata.name}`, "--timeout=60s"];
  await world.kubectl([...wait, "-n", metadata.namespace ?? "default"]);
}
