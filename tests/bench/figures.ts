import type { Reporter } from "../lab";
import type { Cluster } from "./cluster";
import type { Measured } from "./statistics";

/** One number that a run of the benchmark prints. */
export interface Figure {
  name: string;
  unit: "ratio" | "exponent";
  /** What it is measured against. */
  against: string;
  /** The figure shall not be above it; without one it is only watched. */
  goal?: number;
  about: string;
}

/** What a measurement works with. */
export interface Job {
  reporter: Reporter;
  signal: AbortSignal;
  /** The bench's world, brought up when it is first asked for. */
  cluster(): Promise<Cluster>;
  /** Whether a figure was asked for. */
  wants(figure: string): boolean;
  /** Hands over a figure's values, one of each round. */
  report(figure: string, values: readonly number[]): void;
}

/** Figures that come from the same runs. */
export interface Measurement {
  figures: readonly Figure[];
  /** How long it takes on two cores, for people. */
  takes: string;
  measure(job: Job): Promise<void>;
}

const round = (value: number): number => Number(value.toFixed(3));

/** A figure as the line of JSON that stdout gets. */
export function formatFigure({ name, unit, against }: Figure, { value, rounds, min, max }: Measured): string {
  return JSON.stringify({
    figure: name,
    value: round(value),
    unit,
    against,
    rounds,
    min: round(min),
    max: round(max),
  });
}

/** Whether a figure met its goal, as a person reads it. */
export function describeGoal({ name, goal }: Figure, { value }: Measured): string {
  if (goal === undefined) return `${name}: ${round(value)} (no goal)`;
  return `${name}: ${round(value)}, goal <= ${goal}: ${value <= goal ? "met" : "MISSED"}`;
}

/** The measurements that the named figures need; all without a name. An unknown name is an error that lists what there is. */
export function select(all: readonly Measurement[], names: readonly string[]): Measurement[] {
  const known = all.flatMap(({ figures }) => figures.map(({ name }) => name));
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`no figure of that name: ${unknown.join(", ")}; there are: ${known.join(", ")}`);
  }
  if (names.length === 0) return [...all];
  return all.filter(({ figures }) => figures.some(({ name }) => names.includes(name)));
}

/** The list of figures for --help. */
export function describeFigures(all: readonly Measurement[]): string {
  return all
    .map(({ figures, takes }) => {
      const lines = figures.map(({ name, goal, about, against }) => {
        return `  ${name}\n      ${about}, against ${against}${goal === undefined ? "" : `; goal <= ${goal}`}`;
      });
      return `${lines.join("\n")}\n      takes ${takes}`;
    })
    .join("\n");
}
