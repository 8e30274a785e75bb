import { beforeAll, describe, expect, it } from "vitest";
import { describeOperations } from "./support/events";
import { verifiedHttps } from "./support/https";
import { firstProgram, settingsOf, withArgs, withDomain, type Program } from "./support/preview-truth/program";
import type { Stack } from "./support/stack";
import { serialOf, startSteadyClient, type SteadyClient } from "./support/steady-client";
import { succeed, tellStory } from "./support/story";

const story = tellStory("promotion");
const [tea, coffee] = ["tea.example.com", "coffee.example.com"] as const;
const urlOf = (host: string): string => `https://${host}/`;
const domains = [tea, coffee].map((host) => ({
  host,
  backend: { service: `${host.split(".")[0]}-svc`, port: 80 },
}));

describe("staging is promoted to production", () => {
  let stack: Stack;
  let program: Program;
  let clients: SteadyClient[];
  let roots: Record<"staging" | "production", string>;

  beforeAll(async () => {
    const { world } = story;
    stack = story.stack("preview-truth");
    const kubeconfig = await world.kubectl(["config", "view", "--raw", "--minify", "-o", "json"]);
    program = withArgs(firstProgram(kubeconfig), { certManager: { version: "1.21.2" }, domains });
    const [plain, secret] = settingsOf(program);
    await stack.init(plain, { ...secret, "certfleet:kubeconfig": kubeconfig });
    roots = { staging: await world.acmeRoot("staging"), production: await world.acmeRoot("production") };
  });

  const serialBy = async (environment: "staging" | "production", host: string): Promise<string> =>
    serialOf(await verifiedHttps(story.world, urlOf(host), roots[environment]));

  const promoted = (): Program => withArgs(program, { acme: { ...program.args.acme, environment: "production" } });

  /** Announced and done exactly so. */
  const change = async (next: Program, expected: string[]): Promise<void> => {
    program = next;
    await stack.configure(...settingsOf(program));
    expect(describeOperations(await succeed(stack.preview()))).toEqual(expected);
    expect(describeOperations(await succeed(stack.up()))).toEqual(expected);
  };

  const issuers = async (): Promise<string[]> =>
    (await story.world.kubectl(["get", "clusterissuers", "-o", "name"])).split("\n").filter(Boolean);

  it("serves both domains by staging", async () => {
    await succeed(stack.up());
    for (const host of [tea, coffee]) await serialBy("staging", host);
    const both = roots.staging + roots.production;
    clients = [tea, coffee].map((host) => startSteadyClient(story.world, urlOf(host), both));
  });

  it("warns of the CA's weekly limit where all at once would come near it", async () => {
    const many = Array.from({ length: 38 }, (_, index) => ({ host: `n${index}.example.com`, certificateOnly: true }));
    const crowd = withArgs(promoted(), { domains: [...program.args.domains, ...many] });
    const announced = async (next: Program): Promise<string> => {
      await stack.configure(...settingsOf(next));
      return (await succeed(stack.preview())).output.replace(/\s+/g, " ");
    };
    expect(await announced(crowd)).toContain(
      "warning: 40 certificates have names in example.com, of which Let's Encrypt issues at most 50 new ones in 7 days.",
    );
    const staging = withArgs(program, { domains: crowd.args.domains });
    expect(await announced(staging)).not.toContain("Let's Encrypt issues at most");
    const fewer = withArgs(crowd, { domains: crowd.args.domains.slice(0, -1) });
    expect(await announced(fewer)).not.toContain("Let's Encrypt issues at most");
  });

  it("promotes one domain and touches neither the other nor staging's issuer", async () => {
    const untouched = await serialBy("staging", coffee);
    await change(withDomain(program, tea, { environment: "production" }), [
      "create ClusterIssuer edge-issuers-production",
      "create Readiness edge-issuers-production",
      `update Certificate edge-${tea}`,
      `update Readiness edge-${tea}`,
    ]);
    // The update ended with the new certificate, not with the old one that was still Ready.
    await serialBy("production", tea);
    expect(await serialBy("staging", coffee)).toBe(untouched);
    expect(await issuers()).toEqual([
      "clusterissuer.cert-manager.io/letsencrypt-production",
      "clusterissuer.cert-manager.io/letsencrypt-staging",
    ]);
  });

  it("keeps staging's issuer and certificate where the update fails", async () => {
    // DNS-01 takes longer than that.
    const impatient = withDomain(promoted(), coffee, { timeouts: { certificate: 15 } });
    await stack.configure(...settingsOf(impatient));
    const run = await stack.up();
    expect(run.code).not.toBe(0);
    expect(run.output).toContain("did not become ready within 15 seconds");
    expect(await issuers()).toContain("clusterissuer.cert-manager.io/letsencrypt-staging");
  });

  it("goes on where it failed, issues nothing again, and removes staging's issuer", async () => {
    const untouched = await serialBy("production", tea);
    await change(promoted(), [
      "delete ClusterIssuer edge-issuers-staging",
      "delete Readiness edge-issuers-staging",
      `update Readiness edge-${coffee}`,
    ]);
    await serialBy("production", coffee);
    expect(await serialBy("production", tea)).toBe(untouched);
    expect(await issuers()).toEqual(["clusterissuer.cert-manager.io/letsencrypt-production"]);
  });

  it("needs the domain's own environment no longer", async () => {
    await stack.configure(...settingsOf(withDomain(program, tea, { environment: undefined })));
    expect(describeOperations(await succeed(stack.preview()))).toEqual([]);
  });

  it("answered all the time, by the old certificate until the new one was there", async () => {
    const seen = await Promise.all(clients.map((client) => client.stop()));
    expect(seen.flatMap(({ failures }) => failures)).toEqual([]);
    expect(seen.map(({ serials }) => serials.length)).toEqual([2, 2]);
    for (const { connections } of seen) expect(connections).toBeGreaterThan(100);
  });
});
