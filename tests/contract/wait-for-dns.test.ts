import { ConfigureRequest, type ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { domain } from "../support/builders";
import { construct, startMonitor, tryConstruct, type ConstructOptions } from "./support/construct";
import { Crud, urnOf } from "./support/crud";
import { structOf, type Registration } from "./support/fake-monitor";
import { clusterInputs } from "./support/inputs";
import { Plugin } from "./support/plugin";
import { unknownValue } from "./support/wire";

const types = {
  cloudflare: "cloudflare:index/dnsRecord:DnsRecord",
  gateway: "kubernetes:gateway.networking.k8s.io/v1:Gateway",
  readiness: "certfleet:index:Readiness",
  route: "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
  wait: "certfleet:index:DnsReadiness",
};
const host = "tea.example.com";
const awaited = (over = {}) => domain(host, { waitForDns: true, ...over });
const kubeconfig = JSON.stringify({ clusters: [], users: [] });

/** An engine whose Gateways have these addresses once they are made. */
const engine = (addresses: string[], over: ConstructOptions = {}): ConstructOptions => ({
  outputs: ({ type }: Registration) => {
    if (type === types.gateway) return { status: { addresses: addresses.map((value) => ({ value })) } };
    return type === types.readiness ? { addresses } : {};
  },
  invoke: () => ({ zoneId: "zone" }),
  customize: (request: ConstructRequest) =>
    request.getProvidersMap().set("cloudflare", "urn:pulumi:test::shop::pulumi:providers:cloudflare::dns::id"),
  ...over,
});

const waitsOf = (registrations: readonly Registration[]): Registration[] =>
  registrations.filter(({ type }) => type === types.wait);

describe("waiting for DNS over gRPC", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  it.each([
    ["without a kubeconfig", {}],
    ["with one", { kubeconfig }],
  ])("is asked for by a domain or by defaults, %s, and bounded", async (_case, access) => {
    const defaults = { ...clusterInputs().defaults!, waitForDns: true, timeouts: { dns: 90 } };
    const domains = [
      domain(host),
      domain("coffee.example.com", { timeouts: { dns: 30 } }),
      domain("milk.example.com", { waitForDns: false }),
      { host: "*.example.com", certificateOnly: true },
    ];
    const inputs = { ...clusterInputs({ defaults, domains }), ...access };
    const { registrations } = await construct(plugin, inputs, engine(["192.0.2.7", "2001:db8::1", "192.0.2.6"]));
    const addresses = ["192.0.2.6", "192.0.2.7", "2001:db8::1"];
    expect(waitsOf(registrations).map(({ name, object, timeouts }) => [name, object, timeouts])).toEqual([
      [`edge-${host}-dns`, { host, addresses }, { create: "90s", update: "90s" }],
      ["edge-coffee.example.com-dns", { host: "coffee.example.com", addresses }, { create: "30s", update: "30s" }],
    ]);
    // The provider that the program configures, whose DNS servers are asked, not the one that holds a kubeconfig.
    for (const { provider, version } of waitsOf(registrations)) {
      expect(provider).toBe("");
      expect(version).toMatch(/^\d+\.\d+\.\d+/);
    }
  });

  it("begins when everything that clients need is there, and holds up no route", async () => {
    const challenges = [{ zones: ["example.com"], cloudflare: { secret: "main" } }];
    const inputs = clusterInputs({ challenges, domains: [awaited({ dnsRecord: true })] });
    const { resources } = await construct(plugin, inputs, engine(["192.0.2.7"]));
    const wait = resources.get(`${types.wait} edge-${host}-dns`)!;
    const needed = [`${types.gateway} edge-${host}`, `${types.cloudflare} edge-${host}-dns`];
    for (const one of needed) expect(wait.dependencies).toContain(resources.get(one)!.urn);
    expect(resources.get(`${types.route} edge-${host}`)!.dependencies).not.toContain(wait.urn);
  });

  it("is announced by a preview, which does not know the addresses yet", async () => {
    const inputs = clusterInputs({ domains: [awaited()] });
    const monitor = await startMonitor(plugin, engine([], { dryRun: true }));
    const { registrations, state } = await construct(plugin, inputs, engine([], { dryRun: true, monitor }));
    expect(waitsOf(registrations).map(({ object }) => object)).toEqual([{ host, addresses: unknownValue }]);
    expect(state.requiredDnsRecords).toBe(unknownValue);
  });

  it("asks all DNS servers that the provider is configured with, and in a preview nobody", async () => {
    const servers = ["127.0.0.1:1", "127.0.0.1:2"];
    const settings = structOf({ resolvers: JSON.stringify(servers) });
    await plugin.call((client) => client.configure.bind(client), new ConfigureRequest().setArgs(settings));
    const crud = new Crud(plugin, urnOf(`edge-${host}-dns`, types.wait));
    const inputs = { host, addresses: ["192.0.2.7"] };
    expect((await crud.create(inputs, { preview: true })).properties).toEqual(inputs);
    const failure = await crud.create(inputs, { timeout: 1 }).catch(String);
    expect(failure).toContain(`"${host}" did not resolve to its Gateway within 1 seconds`);
    for (const server of servers) expect(failure).toContain(`${server}: does not answer (ECONNREFUSED)`);
  });

  it("says that a Gateway has nothing to lead to", async () => {
    const { error } = await tryConstruct(plugin, clusterInputs({ domains: [awaited()] }), engine([]));
    expect(error?.details).toContain(`waitForDns: the Gateway of "${host}" has no address yet; run pulumi up again`);
  });
});
