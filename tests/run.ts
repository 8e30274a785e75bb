import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeEngine, ensureBuilt, findEngine, interruption, MachineError, TerminalReporter } from "./lab";

const root = join(__dirname, "..");
const stories = readdirSync(join(__dirname, "e2e"))
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => file.replace(".test.ts", ""));

const help = `npm test                     every suite: unit, contract, drift, e2e
npm run e2e [-- NAME ...]    the named examples' stories alone (${stories.join(", ")}); all without a name

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
  numFailedTestSuites: number;
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[];
}

/** What to hand to vitest for the words of the command line. */
function selection(argv: readonly string[]): string[] {
  const [suite, ...names] = argv;
  if (suite === undefined) return [];
  if (suite !== "e2e") throw new Error(`"${suite}": must be e2e or nothing\n\n${help}`);
  const unknown = names.filter((name) => !stories.includes(name));
  if (unknown.length > 0)
    throw new Error(`no story of that name: ${unknown.join(", ")}; there are ${stories.join(", ")}`);
  return ["--project", "e2e", ...names.map((name) => `tests/e2e/${name}.test.ts`)];
}

/** Everything that takes long is built before the first test, so that no test's bound is spent on it. */
async function prepare(signal: AbortSignal): Promise<void> {
  const reporter = new TerminalReporter();
  await ensureBuilt({ reporter, signal });
  reporter.info(describeEngine(await findEngine({ reporter, signal })));
}

/** Runs vitest in this checkout and gives its report; undefined if it ended without one. */
async function runVitest(selected: string[], signal: AbortSignal): Promise<JsonReport | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "certfleet-test-"));
  const report = join(folder, "report.json");
  const argv = ["run", ...selected, "--reporter=verbose", "--reporter=json", `--outputFile.json=${report}`];
  const child = spawn(join(root, "node_modules", ".bin", "vitest"), argv, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  // vitest ends its workers on SIGINT, and a story's end takes its world down.
  signal.addEventListener("abort", () => child.kill("SIGINT"), { once: true });
  await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
  try {
    return JSON.parse(readFileSync(report, "utf8")) as JsonReport;
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that could not even be collected has no tests of its own, and counts as one failure. */
function count(report: JsonReport): Counts {
  const broken = report.testResults.filter(({ status, assertionResults }) => {
    return status === "failed" && !assertionResults.some((test) => test.status === "failed");
  });
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function main(argv: readonly string[], signal: AbortSignal): Promise<number> {
  if (argv.includes("--help")) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const selected = selection(argv);
  await prepare(signal);
  const report = await runVitest(selected, signal);
  if (!report) {
    process.stderr.write(signal.aborted ? "interrupted\n" : "the tests ended without a report\n");
    return signal.aborted ? 130 : 1;
  }
  const { passed, failed, skipped } = count(report);
  for (const { assertionResults } of report.testResults) {
    for (const test of assertionResults)
      if (test.status === "pending") process.stdout.write(`skipped: ${test.fullName}\n`);
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
