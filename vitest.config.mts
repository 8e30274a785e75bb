import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Stories that take longest. They begin first, so that none of them is told alone at the end. */
const longStories = [
  "preview-truth",
  "preview-truth-day-two",
  "installation",
  "failures",
  "dns-records",
  "dns-faults",
  "dns-credentials",
  "dns-providers",
  "promotion",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longStories.findIndex((story) => moduleId.endsWith(`/e2e/${story}.test.ts`));
      return at < 0 ? longStories.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/**
 * Every suite is a project: unit, contract (the built plugin over gRPC), drift (what is generated), tools (the lab's Go
 * programs), e2e (engine and lab).
 */
export default defineConfig({
  test: {
    environment: "node",
    pool: "forks",
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: "unit", include: ["tests/unit/**/*.test.ts"], testTimeout: 30_000 } },
      {
        extends: true,
        test: {
          name: "contract",
          include: ["tests/contract/**/*.test.ts"],
          globalSetup: ["tests/support/build.ts"],
          // A plugin's first construct loads the Kubernetes SDK, which takes seconds on a small machine.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: { name: "drift", include: ["tests/drift/**/*.test.ts"], testTimeout: 120_000 },
      },
      {
        extends: true,
        test: { name: "tools", include: ["tests/tools/**/*.test.ts"], testTimeout: 600_000 },
      },
      {
        extends: true,
        // Each story has a world of its own and mostly waits, so four run side by side; within one, each test builds on the last.
        test: {
          name: "e2e",
          include: ["tests/e2e/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 900_000,
          sequence: { groupOrder: 1 },
          maxWorkers: 4,
        },
      },
    ],
  },
});
