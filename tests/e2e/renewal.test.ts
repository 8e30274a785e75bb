import { beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../lab";
import { certfleet } from "./support/certfleet";
import { describeOperations } from "./support/events";
import { verifiedHttps } from "./support/https";
import { initQuickstart } from "./support/quickstart";
import { hasNothingToDo } from "./support/quickstart-steps";
import type { Stack } from "./support/stack";
import { serialOf, startSteadyClient, type SteadyClient } from "./support/steady-client";
import { succeed, tellStory } from "./support/story";

const host = "tea.example.com";
const url = `https://${host}/`;

/**
 * cert-manager renews when a third of the lifetime is left: two minutes after the issuance. The authorization still stands then, as
 * at Let's Encrypt, so that a renewal takes seconds.
 */
const story = tellStory("renewal", { certificateSeconds: 180, reuseAuthorizations: true });

describe("certificates are renewed behind the stack's back", () => {
  let stack: Stack;
  let root: string;
  let client: SteadyClient;

  beforeAll(async () => {
    stack = story.stack("quickstart");
    await initQuickstart(stack, { [host]: "tea-svc" });
    root = await story.world.acmeRoot("staging");
  });

  const serial = async (): Promise<string> => serialOf(await verifiedHttps(story.world, url, root));

  /** Until the client has seen certificates for which this holds. */
  const sees = (what: string, holds: (serials: string[]) => boolean, seconds: number): Promise<void> =>
    waitFor(
      what,
      () =>
        Promise.resolve(holds(client.seen.serials) ? undefined : `the client saw ${client.seen.serials.join(", ")}`),
      { seconds, every: 250 },
    );

  it("serves a short-lived certificate", async () => {
    await succeed(stack.up());
    const first = await serial();
    client = startSteadyClient(story.world, url, root);
    await sees("a certificate", ({ length }) => length > 0, 30);
    expect(client.seen.serials).toEqual([first]);
  });

  it("serves the next one before the first has ended", async () => {
    await sees("a renewed certificate", ({ length }) => length > 1, 170);
  });

  it("has nothing to do afterwards: a renewal is no change of the stack", async () => {
    await hasNothingToDo(stack);
    const { operations } = await succeed(stack.up());
    expect(operations).toEqual([]);
  });

  it("serves another one when it is told to renew, which is no change of the stack either", async () => {
    const { code, stdout, stderr } = await certfleet(story.world, ["renew", host]);
    expect([code, stderr]).toEqual([0, ""]);
    const renewed = /now: +([0-9A-F]+),/.exec(stdout)![1]!;
    await sees(`the certificate ${renewed}`, (serials) => serials.includes(renewed), 30);
    expect(describeOperations(await succeed(stack.preview()))).toEqual([]);
  });

  it("never failed to answer by a valid certificate meanwhile", async () => {
    const { failures, connections, serials } = await client.stop();
    process.stdout.write(`${connections} connections, ${serials.length} certificates\n`);
    expect(failures).toEqual([]);
    expect(serials.length).toBeGreaterThan(2);
    // The first renewal alone takes two minutes to come: the client did work all the time.
    expect(connections).toBeGreaterThan(120);
  });
});
