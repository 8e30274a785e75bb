import { beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../lab";
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

  /** Until the client has seen so many certificates. */
  const seesCertificates = (count: number, seconds: number): Promise<void> =>
    waitFor(
      `certificate number ${count} of ${host}`,
      () => Promise.resolve(client.seen.serials.length >= count ? undefined : "the client sees the old one"),
      { seconds, every: 250 },
    );

  it("serves a short-lived certificate", async () => {
    await succeed(stack.up());
    const first = await serial();
    client = startSteadyClient(story.world, url, root);
    await seesCertificates(1, 30);
    expect(client.seen.serials).toEqual([first]);
  });

  it("serves the next one before the first has ended", async () => {
    await seesCertificates(2, 170);
  });

  it("has nothing to do afterwards: a renewal is no change of the stack", async () => {
    await hasNothingToDo(stack);
    const { operations } = await succeed(stack.up());
    expect(operations).toEqual([]);
  });

  it("never failed to answer by a valid certificate meanwhile", async () => {
    await seesCertificates(3, 170);
    const { failures, connections, serials } = await client.stop();
    process.stdout.write(`${connections} connections, ${serials.length} certificates\n`);
    expect(failures).toEqual([]);
    // As many as the story has seconds, at least: the client did work all the time.
    expect(connections).toBeGreaterThan(180);
    expect(await serial()).toBe(serials.at(-1));
  });
});
