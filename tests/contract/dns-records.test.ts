import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChallengeArgs } from "../../provider/dns";
import { domain } from "../support/builders";
import { construct, startMonitor, tryConstruct, type ConstructOptions } from "./support/construct";
import type { Registration } from "./support/fake-monitor";
import { clusterInputs } from "./support/inputs";
import { Plugin } from "./support/plugin";
import { outputValue, unknownOutput, unknownValue } from "./support/wire";

const types = {
  certificate: "kubernetes:cert-manager.io/v1:Certificate",
  cloudflare: "cloudflare:index/dnsRecord:DnsRecord",
  cloudDns: "gcp:dns/recordSet:RecordSet",
  gateway: "kubernetes:gateway.networking.k8s.io/v1:Gateway",
  route: "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
};

const cloud = (name: string): string => `urn:pulumi:test::shop::pulumi:providers:${name}::dns::${name}-provider-id`;
const recorded = (host: string, over = {}) => domain(host, { dnsRecord: true, ...over });
const atCloudflare: ChallengeArgs = { zones: ["example.com"], cloudflare: { secret: "main" } };
const existingSecret = { name: "clouddns", key: "key.json" };
const inCloudDns: ChallengeArgs = {
  zones: ["example.net"],
  cloudDns: { project: "acme-prod", hostedZoneName: "example-net", createZone: false, existingSecret },
};

/** An engine whose Gateways have these addresses once they are made, and whose Cloudflare knows its zones by name. */
function engine(addresses: string[], over: ConstructOptions = {}): ConstructOptions {
  return {
    outputs: ({ type }: Registration) =>
      type === types.gateway ? { status: { addresses: addresses.map((value) => ({ value })) } } : {},
    invoke: (_token, { filter }) => ({ zoneId: `id-of-${(filter as { name: string }).name}` }),
    customize: (request: ConstructRequest) => {
      for (const name of ["cloudflare", "gcp"]) request.getProvidersMap().set(name, cloud(name));
    },
    ...over,
  };
}

const recordsOf = (registrations: readonly Registration[]): Registration[] =>
  registrations.filter(({ type }) => type === types.cloudflare || type === types.cloudDns);

describe("DNS records over gRPC", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  it("are made by the provider whose entry of challenges serves the host, and by the program's own providers", async () => {
    const domains = [recorded("tea.example.com"), recorded("tea.example.net")];
    const inputs = clusterInputs({ challenges: [inCloudDns, atCloudflare], domains });
    const { registrations, resources } = await construct(plugin, inputs, engine(["192.0.2.7", "192.0.2.6"]));
    expect(recordsOf(registrations)).toHaveLength(2);
    const cloudflare = resources.get(`${types.cloudflare} edge-tea.example.com-dns`)!;
    expect(cloudflare.object).toEqual({
      zoneId: "id-of-example.com",
      name: "tea.example.com",
      type: "A",
      content: "192.0.2.6",
      ttl: 1,
      proxied: false,
    });
    const cloudDns = resources.get(`${types.cloudDns} edge-tea.example.net-dns`)!;
    expect(cloudDns.object).toEqual({
      project: "acme-prod",
      managedZone: "example-net",
      name: "tea.example.net.",
      type: "A",
      ttl: 300,
      rrdatas: ["192.0.2.6", "192.0.2.7"],
    });
    expect([cloudflare.provider, cloudDns.provider]).toEqual([cloud("cloudflare"), cloud("gcp")]);
    for (const { version } of [cloudflare, cloudDns]) expect(version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it("come after Gateway and Certificate, and before the routes: so they are deleted the other way round", async () => {
    const inputs = clusterInputs({ challenges: [atCloudflare], domains: [recorded("tea.example.com")] });
    const { resources } = await construct(plugin, inputs, engine(["192.0.2.7"]));
    const of = (type: string, name = "edge-tea.example.com") => resources.get(`${type} ${name}`)!;
    const record = of(types.cloudflare, "edge-tea.example.com-dns");
    expect(record.dependencies).toEqual(expect.arrayContaining([of(types.gateway).urn, of(types.certificate).urn]));
    for (const route of [of(types.route), of(types.route, "edge-tea.example.com-redirect")]) {
      expect(route.dependencies).toContain(record.urn);
    }
  });

  it("come after the managed zone that is made for them, also with an issuer of the domain's own", async () => {
    const issuer = { name: "theirs", kind: "Issuer", group: "cert-manager.io" };
    const zones = ["example.net"];
    const challenges = [{ zones, cloudDns: { project: "acme-prod", createZone: true, existingSecret } }];
    const domains = [recorded("tea.example.net", { issuer }), domain("coffee.example.net", { issuer })];
    const { registrations, resources } = await construct(
      plugin,
      clusterInputs({ challenges, domains }),
      engine(["192.0.2.7"]),
    );
    const zone = registrations.find(({ type }) => type === "gcp:dns/managedZone:ManagedZone")!;
    const reach = (urn: string): Set<string> => {
      const seen = new Set<string>();
      const visit = (one: string): void => {
        if (seen.has(one)) return;
        seen.add(one);
        registrations.find((registration) => registration.urn === one)?.dependencies.forEach(visit);
      };
      visit(urn);
      return seen;
    };
    const record = resources.get(`${types.cloudDns} edge-tea.example.net-dns`)!;
    expect(record.object.managedZone).toBe(zone.object.name);
    expect(reach(record.urn)).toContain(zone.urn);
    const certificate = resources.get(`${types.certificate} edge-coffee.example.net`)!;
    expect(reach(certificate.urn)).not.toContain(zone.urn);
  });

  it("of one zone cost one question for its id, and none where the id is given", async () => {
    const domains = [recorded("tea.example.com"), recorded("*.apps.example.com"), recorded("tea.example.org")];
    const zoneIds = { "example.org": "given-id" };
    const challenges = [{ zones: ["example.com", "example.org"], cloudflare: { secret: "main", zoneIds } }];
    const monitor = await startMonitor(plugin, engine(["192.0.2.7"]));
    const inputs = clusterInputs({ challenges, domains });
    const { registrations } = await construct(plugin, inputs, { ...engine([]), monitor });
    expect(monitor.invocations).toEqual([
      {
        token: "cloudflare:index/getZone:getZone",
        args: { filter: { name: "example.com" } },
        provider: cloud("cloudflare"),
      },
    ]);
    const found = recordsOf(registrations).map(({ object }) => [object.name, object.zoneId]);
    expect(Object.fromEntries(found)).toEqual({
      "tea.example.com": "id-of-example.com",
      "*.apps.example.com": "id-of-example.com",
      "tea.example.org": "given-id",
    });
  });

  it("of one zone cost one question where the domains name the zone, too", async () => {
    const dnsZone = { name: "example.net", cloudflare: {} };
    const defaults = { ...clusterInputs().defaults!, dnsZone, dnsRecordSettings: { dualStack: true } };
    const domains = [recorded("tea.example.net"), recorded("coffee.example.net")];
    const monitor = await startMonitor(plugin, engine(["192.0.2.7", "2001:db8::1"]));
    const { registrations } = await construct(plugin, clusterInputs({ defaults, domains }), { ...engine([]), monitor });
    expect(recordsOf(registrations).map(({ object }) => object.zoneId)).toEqual(new Array(4).fill("id-of-example.net"));
    expect(monitor.invocations.map(({ args }) => args)).toEqual([{ filter: { name: "example.net" } }]);
  });

  it("are two for a dual stack, known before any address is", async () => {
    const settings = { dnsRecordSettings: { dualStack: true, ttlSeconds: 60 } };
    const inputs = clusterInputs({ challenges: [inCloudDns], domains: [recorded("tea.example.net", settings)] });
    const up = await construct(plugin, inputs, engine(["2001:db8::1", "192.0.2.7"]));
    expect(
      recordsOf(up.registrations).map(({ name, object }) => [name, object.type, object.rrdatas, object.ttl]),
    ).toEqual([
      ["edge-tea.example.net-dns", "A", ["192.0.2.7"], 60],
      ["edge-tea.example.net-dns-aaaa", "AAAA", ["2001:db8::1"], 60],
    ]);
    const preview = await construct(plugin, inputs, engine([], { dryRun: true }));
    expect(recordsOf(preview.registrations).map(({ name, object }) => [name, object.type, object.rrdatas])).toEqual([
      ["edge-tea.example.net-dns", unknownValue, unknownValue],
      ["edge-tea.example.net-dns-aaaa", unknownValue, unknownValue],
    ]);
  });

  it("are one for each address where the provider has them so, known before any address is", async () => {
    const settings = { dnsRecordSettings: { dualStack: true, addressCount: 2 } };
    const domains = [recorded("tea.example.com", settings), recorded("tea.example.net", settings)];
    const inputs = clusterInputs({ challenges: [atCloudflare, inCloudDns], domains });
    const addresses = ["2001:db8::2", "192.0.2.7", "192.0.2.6", "2001:db8::1"];
    const { registrations, state } = await construct(plugin, inputs, engine(addresses));
    const of = (type: string) =>
      recordsOf(registrations)
        .filter((one) => one.type === type)
        .map(({ name, object }) => [name, object.content ?? object.rrdatas]);
    expect(of(types.cloudflare)).toEqual([
      ["edge-tea.example.com-dns", "192.0.2.6"],
      ["edge-tea.example.com-dns-2", "192.0.2.7"],
      ["edge-tea.example.com-dns-aaaa", "2001:db8::1"],
      ["edge-tea.example.com-dns-aaaa-2", "2001:db8::2"],
    ]);
    expect(of(types.cloudDns)).toEqual([
      ["edge-tea.example.net-dns", ["192.0.2.6", "192.0.2.7"]],
      ["edge-tea.example.net-dns-aaaa", ["2001:db8::1", "2001:db8::2"]],
    ]);
    expect(state.requiredDnsRecords).toEqual([]);
    const preview = await construct(plugin, inputs, engine([], { dryRun: true }));
    expect(recordsOf(preview.registrations).map(({ name }) => name)).toEqual(
      recordsOf(registrations).map(({ name }) => name),
    );
  });

  it("are in the zone of the account that is named, where several accounts have a zone of that name", async () => {
    const [first, second] = ["a", "b"].map((digit) => digit.repeat(32));
    const token = { name: "dns", expiresOn: "2099-01-01T00:00:00Z", accountId: first };
    const challenges = [{ zones: ["example.com"], cloudflare: { token } }];
    const dnsZone = { name: "example.com", cloudflare: { accountId: second } };
    const domains = [recorded("tea.example.com"), recorded("coffee.example.com", { dnsZone })];
    const invoke = (_token: string, { filter }: Record<string, unknown>) =>
      filter ? { zoneId: `zone-of-${(filter as { account: { id: string } }).account.id[0]}` } : groups;
    const groups = { results: ["DNS Write", "Zone Read"].map((name) => ({ id: name, name, scopes: [] })) };
    const gateways = engine(["192.0.2.7"]);
    const outputs = (made: Registration) =>
      made.type.includes("accountToken") ? { value: "made-token" } : gateways.outputs!(made);
    const inputs = clusterInputs({ challenges, domains });
    const { registrations } = await construct(plugin, inputs, { ...gateways, invoke, outputs });
    const found = recordsOf(registrations).map(({ object }) => [object.name, object.zoneId]);
    expect(Object.fromEntries(found)).toEqual({
      "tea.example.com": "zone-of-a",
      "coffee.example.com": "zone-of-b",
    });
  });

  it("are not known in a preview where a new Gateway shows a status without addresses", async () => {
    const inputs = clusterInputs({ challenges: [atCloudflare], domains: [recorded("tea.example.com")] });
    const outputs = ({ type }: Registration) => (type === types.gateway ? { status: { conditions: [] } } : {});
    const monitor = await startMonitor(plugin, engine([], { outputs }));
    const { registrations } = await construct(plugin, inputs, engine([], { dryRun: true, monitor }));
    expect(recordsOf(registrations).map(({ object }) => object.content)).toEqual([unknownValue]);
  });

  it("leave requiredDnsRecords what they do not hold", async () => {
    const domains = [recorded("tea.example.com"), domain("coffee.example.com"), recorded("tea.example.net")];
    const inputs = clusterInputs({ challenges: [atCloudflare, inCloudDns], domains });
    const { state } = await construct(plugin, inputs, engine(["192.0.2.7", "192.0.2.6", "2001:db8::1"]));
    const record = (name: string, type: string, value: string) => ({ name, type, value });
    expect(state.requiredDnsRecords).toEqual([
      record("tea.example.com", "A", "192.0.2.7"),
      record("tea.example.com", "AAAA", "2001:db8::1"),
      record("coffee.example.com", "A", "192.0.2.7"),
      record("coffee.example.com", "A", "192.0.2.6"),
      record("coffee.example.com", "AAAA", "2001:db8::1"),
      record("tea.example.net", "AAAA", "2001:db8::1"),
    ]);
  });

  it("are none without dnsRecord, and none for a certificate alone", async () => {
    const defaults = { ...clusterInputs().defaults!, dnsRecord: true };
    const only = { host: "*.apps.example.com", certificateOnly: true };
    const domains = [only, domain("tea.example.com", { dnsRecord: false })];
    const inputs = clusterInputs({ challenges: [atCloudflare], defaults, domains });
    const { registrations } = await construct(plugin, inputs, engine(["192.0.2.7"]));
    expect(recordsOf(registrations)).toEqual([]);
  });

  it("of a TlsDomain are in the zone that it names, also one that is made in the same program", async () => {
    const platform = {
      issuers: { staging: "letsencrypt-staging" },
      environment: "staging",
      gatewayClassName: "traefik",
    };
    const alone = { type: "certfleet:index:TlsDomain", name: "tea" };
    const of = async (dnsZone: object, host: string, over: ConstructOptions = {}) => {
      const { registrations } = await construct(
        plugin,
        { ...recorded(host), platform, dnsZone },
        engine(["lb.example.org"], { ...alone, ...over }),
      );
      return recordsOf(registrations).map(({ name, object }) => ({ name, ...object }));
    };
    expect(await of({ name: "example.com", cloudflare: {} }, "example.com")).toMatchObject([
      { name: "example.com", zoneId: "id-of-example.com", type: "CNAME", content: "lb.example.org" },
    ]);
    const cloudDns = { project: "acme-prod", hostedZoneName: outputValue("made-zone") };
    expect(await of({ name: "example.com", cloudDns }, "tea.example.com")).toMatchObject([
      { managedZone: "made-zone", type: "CNAME", rrdatas: ["lb.example.org."] },
    ]);
    const later = { name: "example.com", cloudflare: { zoneId: unknownOutput() } };
    expect(await of(later, "tea.example.com", { dryRun: true })).toMatchObject([{ zoneId: unknownValue }]);
  });

  it("say why they cannot lead to the Gateway", async () => {
    const failure = async (addresses: string[], over: object, host = "example.net") => {
      const inputs = clusterInputs({ challenges: [inCloudDns], domains: [recorded(host, over)] });
      return (await tryConstruct(plugin, inputs, engine(addresses))).error?.details;
    };
    expect(await failure(["lb.example.org"], {})).toContain(
      'dnsRecord: the Gateway of "example.net" has the hostname "lb.example.org" only, and Cloud DNS takes no CNAME',
    );
    expect(await failure(["192.0.2.7"], { dnsRecordSettings: { dualStack: true } })).toContain(
      'the Gateway of "example.net" has no address for its AAAA record (it has: 192.0.2.7); leave out dnsRecordSettings.dualStack',
    );
    expect(await failure([], {})).toContain('the Gateway of "example.net" has no address yet');
  });
});
