import { parseArgs } from "node:util";
import { interruption, MachineError, openWorld, TerminalReporter, type Reporter } from "../lab";
import { buildPlugin } from "../support/build";
import { openCluster, worldName, type Cluster } from "./cluster";
import { compareDomains } from "./domains";
import { describeFigures, describeGoal, formatFigure, select, type Job, type Measurement } from "./figures";
import { growth } from "./growth";
import { installSides } from "./side";
import { start } from "./start";
import { summarize } from "./statistics";

const measurements: readonly Measurement[] = [
  start,
  compareDomains(10, { preview: 11, up: 5, noop: 15 }, "8 minutes"),
  compareDomains(200, { preview: 3, up: 2, noop: 3 }, "30 minutes"),
  growth,
];

const help = `npm run bench [-- FIGURE ...]

Measures the named figures, or all of them, and prints one line of JSON for each:
{"figure","value","unit","against","rounds","min","max"}. Everything else goes to stderr.

Ratios are taken of two runs one right after the other, ours first; the value is the median of the rounds' ratios, with
the least and the greatest. "By hand" is tests/bench/programs/by-hand: the same objects with the same waits, written with
@pulumi/kubernetes, each domain grouped in one local component. Both find cert-manager and a self-signed ClusterIssuer
in the cluster, and both run with the engine's checkpoints skipped. A run that makes other objects than its counterpart,
or an "empty" preview that is not, ends the benchmark with an error. Missing a goal does not.

Figures, times on two cores:
${describeFigures(measurements)}

Makes the world "${worldName}", and takes it down at the end and on Ctrl-C.`;

async function main(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...argv],
    options: { help: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  if (values.help) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const selected = select(measurements, positionals);
  buildPlugin();
  const reporter = new TerminalReporter();
  let cluster: Promise<Cluster> | undefined;
  const base = {
    reporter,
    signal,
    cluster: () => (cluster ??= prepare(reporter, signal)),
    wants: (figure: string) => positionals.length === 0 || positionals.includes(figure),
  };
  try {
    for (const measurement of selected) await measurement.measure({ ...base, report: reportOf(measurement, base) });
    return 0;
  } finally {
    if (cluster) await openWorld(worldName).down({ reporter });
  }
}

async function prepare(reporter: Reporter, signal: AbortSignal): Promise<Cluster> {
  const cluster = await openCluster({ reporter, signal });
  await reporter.task("installing the programs' packages", () => installSides(cluster, signal));
  return cluster;
}

function reportOf({ figures }: Measurement, { reporter }: Pick<Job, "reporter">): Job["report"] {
  return (name, values) => {
    const figure = figures.find((one) => one.name === name)!;
    const measured = summarize(values);
    process.stdout.write(`${formatFigure(figure, measured)}\n`);
    reporter.info(describeGoal(figure, measured));
  };
}

const signal = interruption();
void main(process.argv.slice(2), signal)
  .catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(signal.aborted ? "interrupted; what this run started is stopped\n" : `${text}\n`);
    if (signal.aborted) return 130;
    return error instanceof MachineError ? 2 : 1;
  })
  .then((code) => (process.exitCode = code));
