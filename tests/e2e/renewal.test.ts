import { beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../lab";
import { certfleet } from "./support/certfleet";
import { describeOperations } from "./support/events";
import { verifiedHttps } from "./support/https";
import { firstProgram, settingsOf, withArgs, withDomain, type Program } from "./support/preview-truth/program";
import { hasNothingToDo } from "./support/quickstart-steps";
import type { Stack } from "./support/stack";
import { serialOf, startSteadyClient, type SteadyClient } from "./support/steady-client";
import { succeed, tellStory } from "./support/story";

const [host, keptHost] = ["tea.example.com", "coffee.example.com"] as const;
const urlOf = (name: string): string => `https://${name}/`;

/**
 * cert-manager renews when a third of the lifetime is left: 160 seconds after the issuance. The authorization still stands then, as
 * at Let's Encrypt, so that a renewal takes seconds.
 */
const story = tellStory("renewal", {
  profileSeconds: { classic: 90 * 86_400, shortlived: 240 },
  reuseAuthorizations: true,
});

describe("certificates are renewed behind the stack's back", () => {
  let stack: Stack;
  let program: Program;
  let root: string;
  let client: SteadyClient;
  /** The serial of the one that is not renewed. */
  let kept: string;

  beforeAll(async () => {
    stack = story.stack("preview-truth");
    const kubeconfig = await story.world.kubectl(["config", "view", "--raw", "--minify", "-o", "json"]);
    program = withArgs(firstProgram(kubeconfig), {
      certManager: { version: "1.21.2" },
      domains: [
        { host, backend: { service: "tea-svc", port: 80 } },
        { host: keptHost, backend: { service: "coffee-svc", port: 80 }, renewal: { policy: "Disabled" } },
      ],
    });
    const [plain, secret] = settingsOf(program);
    await stack.init(plain, { ...secret, "certfleet:kubeconfig": kubeconfig });
    root = await story.world.acmeRoot("staging");
  });

  const withProfile = (profile: string): Program => withArgs(program, { acme: { ...program.args.acme, profile } });

  const serial = async (name: string = host): Promise<string> =>
    serialOf(await verifiedHttps(story.world, urlOf(name), root));

  /** Until the client has seen certificates for which this holds. */
  const sees = (what: string, holds: (serials: string[]) => boolean, seconds: number): Promise<void> =>
    waitFor(
      what,
      () =>
        Promise.resolve(holds(client.seen.serials) ? undefined : `the client saw ${client.seen.serials.join(", ")}`),
      { seconds, every: 250 },
    );

  it("refuses what cert-manager 1.21.0 would stop at, and says so before anything is made", async () => {
    const [plain] = settingsOf(withArgs(withProfile("shortlived"), { certManager: { version: "1.21.0" } }));
    await stack.configure(plain);
    const run = await stack.preview();
    expect(run.code).not.toBe(0);
    expect(run.output).toContain('is "Disabled", at which cert-manager 1.21.0 stops');
    expect(run.operations.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
  });

  it("names the cause where the directory has no profile of that name", async () => {
    await stack.configure(...settingsOf(withDomain(withProfile("shortlved"), host, { timeouts: { certificate: 60 } })));
    const run = await stack.up();
    expect(run.code).not.toBe(0);
    expect(run.output).toContain("the ACME directory has no profile of the name that the issuer asks for");
    expect(run.output).toContain("does not advertise a profile with name shortlved");
  });

  it("serves a short-lived certificate once the profile's name is right", async () => {
    program = withProfile("shortlived");
    await stack.configure(...settingsOf(program));
    await succeed(stack.up());
    const first = await serial();
    kept = await serial(keptHost);
    client = startSteadyClient(story.world, urlOf(host), root);
    await sees("a certificate", ({ length }) => length > 0, 30);
    expect(client.seen.serials).toEqual([first]);
  });

  it("serves the next one before the first has ended", async () => {
    await sees("a renewed certificate", ({ length }) => length > 1, 220);
  });

  it("leaves the certificate alone whose renewal is switched off, and finds no fault with it", async () => {
    expect(await serial(keptHost)).toBe(kept);
    const { code, stdout, stderr } = await certfleet(story.world, ["status"]);
    expect([code, stderr], stdout).toEqual([0, ""]);
  });

  it("renews that one, too, when it is told to", async () => {
    const { code, stdout, stderr } = await certfleet(story.world, ["renew", keptHost]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`before: ${kept}`);
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
    // The first renewal alone takes more than two minutes to come: the client did work all the time.
    expect(connections).toBeGreaterThan(120);
  });
});
