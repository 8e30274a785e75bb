import { parseArgs } from "node:util";
import { interruption, TerminalReporter } from "../lab";
import { emptyReport, runDemo, type DemoReport } from "./demo";

const help = `npm run demo [-- --keep] [-- --json]

Builds what is missing, starts a local world, runs examples/quickstart in it and shows what became of its domains.

--keep   leaves the world and the domains up, and says how to use them
--json   prints one JSON document as its last line; everything else goes to stderr
--help   this text`;

async function main(): Promise<number> {
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({ options: { keep: flag, json: flag, help: flag } });
  if (values.help) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const say = (text: string): void => void (values.json ? process.stderr : process.stdout).write(`${text}\n`);
  const signal = interruption();
  signal.addEventListener("abort", () => process.stderr.write("\ninterrupted: stopping what this run started\n"));
  const report = emptyReport();
  const code = await runDemo({ keep: values.keep, say, reporter: new TerminalReporter(), signal }, report)
    .then(() => (report.problems.length === 0 ? 0 : 1))
    .catch((error: unknown) => explain(error, signal, report));
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  return code;
}

function explain(error: unknown, signal: AbortSignal, report: DemoReport): number {
  const message = error instanceof Error ? error.message : String(error);
  report.problems.push(message);
  if (signal.aborted) {
    process.stderr.write("interrupted; what this run started is stopped, and what is built stays built\n");
    return 130;
  }
  process.stderr.write(`demo: ${message}\n`);
  return 1;
}

void main().then((code) => (process.exitCode = code));
