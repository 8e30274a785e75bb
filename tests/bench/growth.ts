import type { Stack } from "../e2e/support/stack";
import { makeNamespace, removeNamespace, withoutController, type Cluster } from "./cluster";
import type { Job, Measurement } from "./figures";
import { emptyPreview, openStack, timed } from "./side";
import { growthExponent } from "./statistics";

const ROUNDS = 3;
const small = 100;
const large = 1000;

const name = "growth.exponent";

export const growth: Measurement = {
  figures: [
    {
      name,
      unit: "exponent",
      against: `${small} -> ${large} domains`,
      goal: 1.1,
      about:
        "slope of the time of an empty preview over the number of domains, both on logarithmic scales (1 is linear). " +
        "The objects stand in the cluster, but nobody serves them: pulumi.com/skipAwait, a GatewayClass without a controller, cert-manager's controller at rest",
    },
  ],
  takes: "10 minutes",
  async measure(job) {
    const cluster = await job.cluster();
    await withoutController(cluster, job.signal, async () => {
      const stacks = { small: await made(job, cluster, small), large: await made(job, cluster, large) };
      const exponents: number[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        exponents.push(
          growthExponent(
            { size: small, cost: await noop(job, stacks.small, small, round) },
            { size: large, cost: await noop(job, stacks.large, large, round) },
          ),
        );
      }
      job.report(name, exponents);
      for (const count of [small, large]) await removeNamespace(cluster, namespaceOf(count), job.signal);
    });
  },
};

const namespaceOf = (count: number): string => `growth-${count}`;

/** A stack whose objects are stored, without waiting for anything. */
async function made({ reporter, signal }: Job, cluster: Cluster, count: number): Promise<Stack> {
  const namespace = namespaceOf(count);
  await makeNamespace(cluster, namespace, signal);
  const stack = await openStack(cluster, { side: "component", domains: count, namespace, awaited: false }, signal);
  const title = `${count} domains: making them without waiting`;
  await reporter.task(title, () => timed(title, () => stack.up()));
  return stack;
}

function noop({ reporter }: Job, stack: Stack, count: number, round: number): Promise<number> {
  const title = `${count} domains: empty preview ${round}`;
  return reporter.task(title, () => emptyPreview(title, stack));
}
