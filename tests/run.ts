import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  describeEngine,
  ensureBuilt,
  findEngine,
  interruption,
  MachineError,
  openWorld,
  requireMachine,
  TerminalReporter,
} from "./lab";
import { buildPlugin } from "./support/build";
import { worldsOf } from "./e2e/support/names";

const root = join(__dirname, "..");
const stories = readdirSync(join(__dirname, "e2e"))
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => file.replace(".test.ts", ""));

/** Examples that share a story. */
const storyOf: Record<string, string> = { platform: "two-stacks", application: "two-stacks" };

const help = `npm test                     every suite: unit, contract, drift, tools, e2e
npm run e2e [-- NAME ...]    the stories of that name, or of the examples of that name; all without a name.
                             Examples: quickstart, quickstart-python, quickstart-go, multi-cluster,
                             platform, application (the last two share the story two-stacks)
                             Others: preview-truth, preview-truth-day-two (every kind of change: what is announced
                             against what is done),
                             promotion (from staging to production), renewal (by cert-manager, and on request),
                             restore (a lost cluster; the account's key),
                             installation, installation-manifests (adopted, upgraded, rolled back, purged),
                             dns-credentials (made, rotated and deleted at the clouds),
                             dns-providers (many credentials at once; a zone changes its DNS provider),
                             dns-faults (APIs that fail, rights that are missing, challenges that the CA refuses),
                             custom-resource (the plugin's host with resources of the tests' own)

Ends with one line: N passed, N failed, N skipped. Exit status 0 only if nothing failed.`;

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface JsonReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[];
}

/** The stories that the command line asks for, and what to hand to vitest. */
interface Selection {
  stories: string[];
  argv: string[];
}

function selection(argv: readonly string[]): Selection {
  const [suite, ...names] = argv;
  if (suite === undefined) return { stories, argv: [] };
  if (suite !== "e2e") throw new Error(`"${suite}": must be e2e or nothing\n\n${help}`);
  const wanted = [...new Set(names.map((name) => storyOf[name] ?? name))];
  const unknown = wanted.filter((name) => !stories.includes(name));
  if (unknown.length > 0) throw new Error(`no story or example of that name: ${unknown.join(", ")}\n\n${help}`);
  const files = wanted.map((name) => `tests/e2e/${name}.test.ts`);
  return { stories: wanted.length > 0 ? wanted : stories, argv: ["--project", "e2e", ...files] };
}

/** Everything that takes long is built before the first test, so that no test's bound is spent on it. */
async function prepare({ stories }: Selection, signal: AbortSignal): Promise<void> {
  await requireMachine({ python: stories.includes("quickstart-python") });
  buildPlugin();
  const reporter = new TerminalReporter();
  await ensureBuilt({ reporter, signal });
  reporter.info(describeEngine(await findEngine({ reporter, signal })));
}

interface VitestRun {
  code: number | null;
  /** undefined if it ended without one. */
  report: JsonReport | undefined;
}

/** Runs vitest in this checkout. */
async function runVitest(selected: string[], signal: AbortSignal): Promise<VitestRun> {
  const folder = mkdtempSync(join(tmpdir(), "certfleet-test-"));
  const report = join(folder, "report.json");
  const argv = ["run", ...selected, "--reporter=verbose", "--reporter=json", `--outputFile.json=${report}`];
  const child = spawn(join(root, "node_modules", ".bin", "vitest"), argv, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  // vitest ends its workers on SIGINT, and a story's end takes its world down.
  signal.addEventListener("abort", () => child.kill("SIGINT"), { once: true });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("close", resolve).once("error", reject),
  );
  try {
    return { code, report: JSON.parse(readFileSync(report, "utf8")) as JsonReport };
  } catch {
    return { code, report: undefined };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that could not even be collected counts as one failure, and so does an error outside of all tests. */
function count(report: JsonReport, code: number | null): Counts {
  const broken = report.testResults.filter(({ status, assertionResults }) => {
    return status === "failed" && !assertionResults.some((test) => test.status === "failed");
  });
  return {
    passed: report.numPassedTests,
    failed: Math.max(report.numFailedTests + broken.length, code === 0 ? 0 : 1),
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function main(argv: readonly string[], signal: AbortSignal): Promise<number> {
  if (argv.includes("--help")) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const selected = selection(argv);
  await prepare(selected, signal);
  const { report, code } = await runVitest(selected.argv, signal);
  if (signal.aborted) {
    if (!process.env.CERTFLEET_KEEP_WORLDS) {
      await Promise.all(selected.stories.flatMap(worldsOf).map((world) => openWorld(world).down()));
    }
    process.stderr.write("interrupted; what this run started is stopped, and what is built stays built\n");
    return 130;
  }
  if (!report) {
    process.stderr.write("the tests ended without a report\n");
    return 1;
  }
  const { passed, failed, skipped } = count(report, code);
  for (const { assertionResults } of report.testResults) {
    for (const test of assertionResults)
      if (["skipped", "pending", "todo"].includes(test.status)) process.stdout.write(`skipped: ${test.fullName}\n`);
  }
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

void main(process.argv.slice(2), interruption())
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof MachineError ? 2 : 1;
  })
  .then((code) => (process.exitCode = code));
