import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changesOf } from "./support/preview-truth/changes";
import { contradictions, takeObjects } from "./support/preview-truth/cluster";
import { firstProgram, settingsOf, type Clusters, type Program } from "./support/preview-truth/program";
import { rows, type Row } from "./support/preview-truth/rows";
import { truthTable, type Report } from "./support/preview-truth/table";
import { findUntruths } from "./support/preview-truth/verdict";
import type { Run, Stack } from "./support/stack";
import { succeed, tellStory } from "./support/story";

const story = tellStory("preview-truth");
const changes = async (run: Promise<Run>) => changesOf((await succeed(run)).operations);

/** Every preview is held against the up that follows it, and both against what the row says and the cluster shows. */
describe("a preview is true", () => {
  const reports = rows.map(({ change }): Report => ({ change }));
  let stack: Stack;
  let clusters: Clusters;
  let program: Program;

  beforeAll(async () => {
    stack = story.stack("preview-truth");
    const kubeconfig = await story.world.kubectl(["config", "view", "--raw", "--minify", "-o", "json"]);
    const other = await story.world.forwardCluster(story.worlds[1]!, 7443);
    clusters = { kubeconfig, otherKubeconfig: other.kubeconfig };
    program = firstProgram(kubeconfig);
    await stack.init(...settingsOf(program));
  });

  afterAll(() => void process.stdout.write(`\n${truthTable(reports)}\n\n`));

  const tryRow = async ({ given = [], apply, expected }: Row, report: Report): Promise<void> => {
    const { world, worlds } = story;
    for (const manifest of given) await world.kubectl(["create", "-f", "-"], { input: JSON.stringify(manifest) });
    program = apply(program, clusters);
    await stack.configure(...settingsOf(program));
    const before = await takeObjects(worlds);
    const announced = (report.announced = await changes(stack.preview()));
    const done = (report.done = await changes(stack.up()));
    const contradicted = contradictions(before, await takeObjects(worlds), done);
    const again = await changes(stack.preview());
    report.untruths = findUntruths({ expected, announced, done, contradictions: contradicted, again });
  };

  it.each(rows.map((row, index) => [row.change, row, reports[index]!] as const))("%s", async (_change, row, report) => {
    await tryRow(row, report);
    expect(report.untruths).toEqual([]);
  });
});
