import { expect } from "vitest";
import { cloudflareTokens } from "../../lab";
import { describeOperations } from "./events";
import { filesWith } from "./files";
import { verifiedHttps } from "./https";
import { leftovers, takeInventory, type Inventory } from "./inventory";
import { quickstartHosts, setHosts, type Hosts, type QuickstartOutputs } from "./quickstart";
import type { Stack } from "./stack";
import { succeed, type Story } from "./story";

/** What one domain of the quickstart is made of. */
export const domainObjects = (op: string, host: string): string[] =>
  [
    `${op} Certificate edge-${host}`,
    `${op} Gateway edge-${host}`,
    `${op} HTTPRoute edge-${host}`,
    `${op} HTTPRoute edge-${host}-redirect`,
    `${op} TlsDomain edge-${host}`,
  ].sort();

/** All problems at once, each with its path, and nothing made. */
export async function refusesBadHosts(stack: Stack): Promise<void> {
  await setHosts(stack, { "coffee.example.com": "Coffee", "tea_room.example.com": "tea-svc" });
  const run = await stack.preview();
  expect(run.code).not.toBe(0);
  expect(run.output).toContain("domains[0].backend.service");
  expect(run.output).toContain("domains[1].host");
  expect(run.operations.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
  await setHosts(stack, quickstartHosts);
}

/** The outputs of a stack after an update, as the quickstart in TypeScript spells them. */
export type ReadOutputs = (stack: Stack) => Promise<QuickstartOutputs>;

export const readOutputs: ReadOutputs = (stack) => stack.outputs<QuickstartOutputs>();

/** Every host answers over https with its own certificate, and the outputs say of it what the client sees. */
export async function servesHosts({ world }: Story, outputs: QuickstartOutputs, hosts: Hosts): Promise<void> {
  const root = await world.acmeRoot("staging");
  for (const [host, service] of Object.entries(hosts)) {
    const answer = await verifiedHttps(world, `https://${host}/`, root);
    expect(answer.body).toContain(`Server name: ${service.replace("-svc", "")}-`);
    expect(answer.peer?.dnsNames).toContain(host);
    const status = outputs.domains[host]!;
    expect(status).toMatchObject({ host, url: `https://${host}/`, ready: true, issuer: "letsencrypt-staging" });
    // The outputs say RFC 3339, the TLS client what its library makes of the same moment.
    expect(new Date(status.notAfter!)).toEqual(new Date(answer.peer!.notAfter));
  }
}

/** The platform and the DNS records to make, which do not depend on when a certificate was issued. */
export function namesPlatformAndRecords(outputs: QuickstartOutputs, hosts: Hosts): void {
  expect(outputs.platform).toEqual({
    issuers: { staging: "letsencrypt-staging" },
    environment: "staging",
    gatewayClassName: "traefik",
  });
  const record = (name: string) => ({ name, type: "A", value: "10.200.0.1" });
  expect(outputs.requiredDnsRecords).toEqual(Object.keys(hosts).map(record));
}

export async function hasNothingToDo(stack: Stack): Promise<void> {
  expect(describeOperations(await succeed(stack.preview()))).toEqual([]);
  expect((await succeed(stack.refresh())).changes).toEqual({});
  expect(describeOperations(await succeed(stack.preview()))).toEqual([]);
}

/** Other hosts are announced as exactly these operations, then done so; what is new serves. */
export async function changesHosts(story: Story, stack: Stack, hosts: Hosts, expected: string[]): Promise<void> {
  await setHosts(stack, hosts);
  expect(describeOperations(await succeed(stack.preview()))).toEqual(expected);
  expect(describeOperations(await succeed(stack.up()))).toEqual(expected);
  const root = await story.world.acmeRoot("staging");
  for (const host of Object.keys(hosts)) await verifiedHttps(story.world, `https://${host}/`, root);
}

/** Neither in the state, nor in anything printed, nor in any log of the engine or the world. */
export async function hidesToken(story: Story, stack: Stack): Promise<void> {
  const token = cloudflareTokens.full;
  const encoded = Buffer.from(token).toString("base64");
  const places = { state: await stack.export(), output: story.output() };
  for (const [place, text] of Object.entries(places)) {
    expect(text.length, place).toBeGreaterThan(1000);
    expect(text.includes(token) || text.includes(encoded), `the token is in the ${place}`).toBe(false);
  }
  const { logs, podLogs } = story.world.layout;
  const found = filesWith([token, encoded], [logs, podLogs, story.folder]);
  expect(found, "files that hold the token").toEqual([]);
}

/** A destroy leaves nothing but what is meant to stay. */
export async function leavesOnlyWhatStays({ world }: Story, stack: Stack, before: Inventory): Promise<void> {
  await succeed(stack.destroy());
  const { left, kept } = leftovers(before, await takeInventory(world));
  expect(left).toEqual([]);
  expect(kept).toContain("CustomResourceDefinition certificates.cert-manager.io");
  expect(kept).toContain("Secret cafe/tea-example-com-tls");
}
