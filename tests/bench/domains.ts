import type { Stack } from "../e2e/support/stack";
import { makeNamespace, objectsIn, removeNamespace, type Cluster } from "./cluster";
import type { Figure, Job, Measurement } from "./figures";
import { emptyPreview, openStack, timed, update, type Side, type Update } from "./side";
import { ratios } from "./statistics";

export interface Rounds {
  preview: number;
  up: number;
  noop: number;
}

const byHand = "the same objects by hand";

const figuresOf = (count: number): Figure[] => [
  {
    name: `preview.time.ratio.${count}`,
    unit: "ratio",
    against: byHand,
    about: `time of a first preview of ${count} domains`,
  },
  {
    name: `up.time.ratio.${count}`,
    unit: "ratio",
    against: byHand,
    about: `time of a first update of ${count} domains, until all are issued and programmed`,
  },
  {
    name: `memory.ratio.${count}`,
    unit: "ratio",
    against: byHand,
    goal: 1.3,
    about: `peak memory (PSS) of engine, program and plugins in that update, each process's own peak summed up`,
  },
  {
    name: `noop.time.ratio.${count}`,
    unit: "ratio",
    against: byHand,
    goal: 1.1,
    about: `time of an empty preview of ${count} domains`,
  },
];

/** One ClusterTls of so many domains, and the same objects written by hand, in turn. */
export function compareDomains(count: number, rounds: Rounds, takes: string): Measurement {
  return {
    figures: figuresOf(count),
    takes,
    async measure(job) {
      const comparison = new Comparison(job, await job.cluster(), count);
      await comparison.previews(rounds.preview);
      await comparison.updates(rounds.up, rounds.noop);
    },
  };
}

interface BySide<T> {
  component: T;
  "by-hand": T;
}

/** Both sides, one after the other. */
async function onBothSides<T>(action: (side: Side) => Promise<T>): Promise<BySide<T>> {
  return { component: await action("component"), "by-hand": await action("by-hand") };
}

const pairOf = <T>(both: BySide<T>, read: (one: T) => number) => ({
  ours: read(both.component),
  theirs: read(both["by-hand"]),
});

class Comparison {
  constructor(
    private readonly job: Job,
    private readonly cluster: Cluster,
    private readonly count: number,
  ) {}

  private wants = (figure: string): boolean => this.job.wants(`${figure}.${this.count}`);

  private report(figure: string, values: readonly number[]): void {
    if (this.wants(figure)) this.job.report(`${figure}.${this.count}`, values);
  }

  private task<T>(title: string, action: () => Promise<T>): Promise<T> {
    this.job.signal.throwIfAborted();
    return this.job.reporter.task(`${this.count} domains, ${title}`, action);
  }

  private async open(side: Side, round: string): Promise<Stack> {
    const { job, cluster, count } = this;
    const namespace = this.namespace(side, round);
    await makeNamespace(cluster, namespace, job.signal);
    return openStack(cluster, { side, domains: count, namespace, awaited: true }, job.signal);
  }

  private namespace = (side: Side, round: string): string => `${side}-${this.count}-${round}`;

  private remove = (side: Side, round: string): Promise<void> =>
    removeNamespace(this.cluster, this.namespace(side, round), this.job.signal);

  /** First previews. One of each side goes before, and fills the caches for all that follow. */
  async previews(rounds: number): Promise<void> {
    const stacks = await onBothSides((side) => this.open(side, "preview"));
    const measured: BySide<number>[] = [];
    for (let round = 0; round <= (this.wants("preview.time.ratio") ? rounds : 0); round++) {
      const times = await onBothSides(async (side) => {
        const title = `${side}: preview ${round}`;
        return (await this.task(title, () => timed(title, () => stacks[side].preview()))).milliseconds;
      });
      if (round > 0) measured.push(times);
    }
    await onBothSides((side) => this.remove(side, "preview"));
    const pairs = measured.map((times) => pairOf(times, (time) => time));
    if (pairs.length > 0) this.report("preview.time.ratio", ratios(pairs));
  }

  /** First updates, each in a namespace of its own; the last ones stay for the empty previews. */
  async updates(rounds: number, noopRounds: number): Promise<void> {
    const measuresUpdates = this.wants("up.time.ratio") || this.wants("memory.ratio");
    if (!measuresUpdates && !this.wants("noop.time.ratio")) return;
    const last = measuresUpdates ? rounds : 1;
    const updates: BySide<Update>[] = [];
    for (let round = 1; round <= last; round++) {
      const stacks = await onBothSides((side) => this.open(side, String(round)));
      updates.push(await onBothSides((side) => this.update(side, stacks[side], round)));
      await this.mustBeTheSame(String(round));
      if (round === last && this.wants("noop.time.ratio")) await this.noops(stacks, noopRounds);
      await onBothSides((side) => this.remove(side, String(round)));
    }
    this.report("up.time.ratio", ratios(updates.map((both) => pairOf(both, ({ milliseconds }) => milliseconds))));
    this.report("memory.ratio", ratios(updates.map((both) => pairOf(both, ({ memory }) => memory.sum()))));
  }

  private async update(side: Side, stack: Stack, round: number): Promise<Update> {
    const title = `${side}: update ${round}`;
    const result = await this.task(title, () => update(title, stack));
    const parts = result.memory.all().map(({ program, bytes }) => `${program} ${Math.round(bytes / 1e6)}`);
    this.job.reporter.info(`  ${this.count} domains, ${title}: peak memory in MB: ${parts.join(", ")}`);
    return result;
  }

  /** Otherwise the sides are not comparable, and no figure is worth anything. */
  private async mustBeTheSame(round: string): Promise<void> {
    const { component, "by-hand": other } = await onBothSides((side) =>
      objectsIn(this.cluster, this.namespace(side, round), this.job.signal),
    );
    const differing = component.findIndex((object, index) => object !== other[index]);
    if (component.length === other.length && differing < 0) return;
    throw new Error(`the sides made different objects, for example\n${component[differing]}\n${other[differing]}`);
  }

  private async noops(stacks: BySide<Stack>, rounds: number): Promise<void> {
    const measured: BySide<number>[] = [];
    for (let round = 1; round <= rounds; round++) {
      measured.push(
        await onBothSides((side) => {
          const title = `${side}: empty preview ${round}`;
          return this.task(title, () => emptyPreview(title, stacks[side]));
        }),
      );
    }
    this.report("noop.time.ratio", ratios(measured.map((times) => pairOf(times, (time) => time))));
  }
}
