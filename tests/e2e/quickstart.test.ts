import { execFileSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { cloudflareTokens } from "../lab";
import { describeOperation } from "./support/events";
import { verifiedHttps } from "./support/https";
import { leftovers, takeInventory, type Inventory } from "./support/inventory";
import { initQuickstart, quickstartHosts, setHosts, type QuickstartOutputs } from "./support/quickstart";
import type { Run, Stack } from "./support/stack";
import { succeed, tellStory } from "./support/story";

const story = tellStory("quickstart");
const operations = (run: Run): string[] => run.operations.map(describeOperation).sort();

/** What one domain of the quickstart is made of. */
const domainObjects = (op: string, host: string): string[] =>
  [
    `${op} Certificate edge-${host}`,
    `${op} Gateway edge-${host}`,
    `${op} HTTPRoute edge-${host}`,
    `${op} HTTPRoute edge-${host}-redirect`,
    `${op} TlsDomain edge-${host}`,
  ].sort();

describe("examples/quickstart", () => {
  let stack: Stack;
  let before: Inventory;

  beforeAll(async () => {
    stack = story.stack("quickstart");
    before = await takeInventory(story.world);
    await initQuickstart(stack, quickstartHosts);
  });

  it("shows every problem of its args before anything is made", async () => {
    await setHosts(stack, { "tea_room.example.com": "tea-svc", "coffee.example.com": "Coffee" });
    const run = await stack.preview();
    expect(run.code).not.toBe(0);
    expect(run.output).toContain("domains[0].host");
    expect(run.output).toContain("domains[1].backend.service");
    expect(run.operations.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
    await setHosts(stack, quickstartHosts);
  });

  it("serves both domains over https after one up", async () => {
    // The secret's creation is announced, too, before it is done.
    await succeed(stack.preview());
    await succeed(stack.up());
    const { domains, platform } = await stack.outputs<QuickstartOutputs>();
    const root = await story.world.acmeRoot("staging");
    for (const [host, service] of Object.entries(quickstartHosts)) {
      const answer = await verifiedHttps(story.world, `https://${host}/`, root);
      expect(answer.body).toContain(`Server name: ${service.replace("-svc", "")}-`);
      expect(answer.peer?.dnsNames).toContain(host);
      expect(domains[host]).toMatchObject({
        host,
        url: `https://${host}/`,
        ready: true,
        issuer: "letsencrypt-staging",
      });
      // The outputs say RFC 3339, the TLS client what its library makes of the same moment.
      expect(new Date(domains[host]!.notAfter!)).toEqual(new Date(answer.peer!.notAfter));
    }
    expect(platform).toEqual({
      issuers: { staging: "letsencrypt-staging" },
      environment: "staging",
      gatewayClassName: "traefik",
    });
  });

  it("redirects http to https", async () => {
    const answer = await story.world.request({ url: "http://tea.example.com/" });
    expect([answer.status, answer.headers.location]).toEqual([301, "https://tea.example.com/"]);
  });

  it("says which DNS records to make", async () => {
    const { requiredDnsRecords } = await stack.outputs<QuickstartOutputs>();
    const record = (name: string) => ({ name, type: "A", value: "10.200.0.1" });
    expect(requiredDnsRecords).toEqual(Object.keys(quickstartHosts).map(record));
  });

  it("has nothing to do in a second preview and a refresh", async () => {
    expect(operations(await succeed(stack.preview()))).toEqual([]);
    expect((await succeed(stack.refresh())).changes).toEqual({});
    expect(operations(await succeed(stack.preview()))).toEqual([]);
  });

  it("takes another order of the domains for no change", async () => {
    await setHosts(stack, Object.fromEntries(Object.entries(quickstartHosts).reverse()));
    expect(operations(await succeed(stack.up()))).toEqual([]);
  });

  it("adds a domain and touches no other", async () => {
    await setHosts(stack, { ...quickstartHosts, "cake.example.com": "tea-svc" });
    const expected = domainObjects("create", "cake.example.com");
    expect(operations(await succeed(stack.preview()))).toEqual(expected);
    expect(operations(await succeed(stack.up()))).toEqual(expected);
    await verifiedHttps(story.world, "https://cake.example.com/", await story.world.acmeRoot("staging"));
  });

  it("renames a domain by making the new one and removing the old one", async () => {
    await setHosts(stack, { ...quickstartHosts, "pie.example.com": "tea-svc" });
    const expected = [
      ...domainObjects("create", "pie.example.com"),
      ...domainObjects("delete", "cake.example.com"),
    ].sort();
    expect(operations(await succeed(stack.preview()))).toEqual(expected);
    expect(operations(await succeed(stack.up()))).toEqual(expected);
    await verifiedHttps(story.world, "https://pie.example.com/", await story.world.acmeRoot("staging"));
  });

  it("removes a domain and touches no other", async () => {
    await setHosts(stack, quickstartHosts);
    const expected = domainObjects("delete", "pie.example.com");
    expect(operations(await succeed(stack.preview()))).toEqual(expected);
    expect(operations(await succeed(stack.up()))).toEqual(expected);
    await verifiedHttps(story.world, "https://tea.example.com/", await story.world.acmeRoot("staging"));
  });

  it("shows the DNS provider's token nowhere", async () => {
    const token = cloudflareTokens.full;
    const encoded = Buffer.from(token).toString("base64");
    const places = { state: await stack.export(), output: story.output() };
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(1000);
      expect(text.includes(token) || text.includes(encoded), `the token is in the ${place}`).toBe(false);
    }
    const { logs, podLogs } = story.world.layout;
    const found = grep(token, encoded, [logs, podLogs, story.folder]);
    expect(found, "files that hold the token").toBe("");
  });

  it("leaves nothing but what is meant to stay after destroy", async () => {
    await succeed(stack.destroy());
    const { left, kept } = leftovers(before, await takeInventory(story.world));
    expect(left).toEqual([]);
    expect(kept).toContain("CustomResourceDefinition certificates.cert-manager.io");
    expect(kept).toContain("Secret cafe/tea-example-com-tls");
  });
});

/** Files below the folders that hold one of the texts. */
function grep(first: string, second: string, folders: string[]): string {
  try {
    return execFileSync("grep", ["-rlF", "-e", first, "-e", second, ...folders], { encoding: "utf8" });
  } catch (error) {
    // grep ends with 1 when it finds nothing, and with more when it could not look.
    if ((error as { status?: number }).status === 1) return "";
    throw error;
  }
}
