import { isIP } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { resolversOf } from "../../plan/provider-config";
import { hostname } from "../../schema/hostname";
import { show } from "../../schema/problems";
import { input } from "../../schema/vocabulary";
import type { ResourceContext, ResourceDefinition, Values } from "../definition";
import type { DnsServer } from "./resolvers";
import { describeAddresses, leadsThere, type Answer } from "./verdict";

const args = z.strictObject({
  host: hostname.meta({
    description: "Hostname, or a wildcard, of which a name below it is asked for.",
    replaceOnChanges: true,
  }),
  addresses: input(z.array(z.string().min(1, "must not be empty")).min(1, "must hold at least one address")).meta({
    description: "Addresses and hostnames that the host must lead to: to all of the addresses, and nowhere else.",
  }),
});

const defaultSeconds = 600;
const pause = 2000;

interface Expected {
  host: string;
  addresses: string[];
}

/** Nobody has a record of its own for this label, so what answers is the wildcard. */
const askedName = (host: string): string => host.replace(/^\*/, "certfleet-wildcard-check");

async function addressesOf(server: DnsServer, host: string): Promise<string[]> {
  const found = await Promise.all([server.resolve(host, "A"), server.resolve(host, "AAAA")]);
  return found.flat();
}

async function ask(server: DnsServer, { host, addresses }: Expected): Promise<Answer> {
  const hostnames = addresses.filter((one) => !isIP(one));
  const [own, ...others] = await Promise.all([askedName(host), ...hostnames].map((name) => addressesOf(server, name)));
  return { addresses: own!, ofHostnames: others.flat() };
}

/** What a server has said that is not what is expected; nothing where it is. */
async function look(server: DnsServer, expected: Expected): Promise<string | undefined> {
  try {
    const answer = await ask(server, expected);
    return leadsThere(expected.addresses, answer)
      ? undefined
      : `${server.name}: ${describeAddresses(answer.addresses)}`;
  } catch (error) {
    return `${server.name}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Ends once every DNS server leads the host there, or fails with what each of the others said last. */
async function settle(values: Values, { config, signal, timeoutSeconds }: ResourceContext): Promise<void> {
  const expected = { host: String(values.host), addresses: values.addresses as string[] };
  const { dnsServers } = await import("./resolvers.js");
  const servers = dnsServers(resolversOf(config));
  const seconds = timeoutSeconds ?? defaultSeconds;
  // Something of the bound is left for the error.
  const end = Date.now() + seconds * 1000 - Math.min(5000, seconds * 100);
  for (;;) {
    const wrong = (await Promise.all(servers.map((server) => look(server, expected)))).filter(
      (line) => line !== undefined,
    );
    if (wrong.length === 0) return;
    if (signal.aborted || Date.now() >= end) throw new Error(tooLate(expected, seconds, wrong));
    // What ends the pause early is looked at by the loop.
    await sleep(Math.max(0, Math.min(pause, end - Date.now())), undefined, { signal }).catch(() => undefined);
  }
}

const tooLate = ({ host, addresses }: Expected, seconds: number, wrong: readonly string[]): string =>
  [
    `${show(host)} did not resolve to its Gateway within ${seconds} seconds`,
    `expected: ${describeAddresses(addresses)}`,
    ...wrong,
    "fix: make the expected records at the DNS provider, and delete other A, AAAA and CNAME records of that name; a DNS server may keep an old answer for as long as its time to live says; then run pulumi up again, or raise timeouts.dns, or leave out waitForDns",
  ].join("\n");

export const dnsReadiness: ResourceDefinition = {
  token: "certfleet:index:DnsReadiness",
  description:
    "Waits until a host resolves to the addresses at which it is served, at every DNS server of the provider's `resolvers`, else at the system's. Made by ClusterTls and TlsDomain for a domain with `waitForDns`.",
  args,
  outputs: z.object({
    host: z.string().meta({ description: "The host." }),
    addresses: z.array(z.string()).meta({ description: "Addresses and hostnames that it was seen to lead to." }),
  }),
  async create(values, context) {
    await settle(values, context);
    return { id: String(values.host), state: {} };
  },
  async update(_existing, values, context) {
    await settle(values, context);
    return {};
  },
};
