import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificateOnly, domain } from "../support/builders";
import { construct, providerReference } from "./support/construct";
import { stackUrn } from "./support/fake-engine";
import type { Registration } from "./support/fake-monitor";
import { clusterInputs, token } from "./support/inputs";
import { Plugin } from "./support/plugin";
import { secretValue } from "./support/wire";

const types = {
  certificate: "kubernetes:cert-manager.io/v1:Certificate",
  issuer: "kubernetes:cert-manager.io/v1:ClusterIssuer",
  gateway: "kubernetes:gateway.networking.k8s.io/v1:Gateway",
  route: "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
  namespace: "kubernetes:core/v1:Namespace",
  release: "kubernetes:helm.sh/v3:Release",
  secret: "kubernetes:core/v1:Secret",
};

/** "type name < parent's name" of everything that was registered. */
function tree(registrations: readonly Registration[]): string[] {
  const names = new Map(registrations.map(({ urn, name }) => [urn, name]));
  return registrations.map(({ type, name, parent }) => `${type} ${name} < ${names.get(parent) ?? parent}`).sort();
}

const domainTree = (host: string): string[] => [
  `certfleet:index:TlsDomain edge-${host} < edge`,
  `${types.certificate} edge-${host} < edge-${host}`,
  `${types.gateway} edge-${host} < edge-${host}`,
  `${types.route} edge-${host} < edge-${host}`,
  `${types.route} edge-${host}-redirect < edge-${host}`,
];

const platformTree = [
  `certfleet:index:ClusterTls edge < ${stackUrn}`,
  "certfleet:index:CertManager edge-cert-manager < edge",
  "certfleet:index:CertManagerPreflight edge-cert-manager < edge-cert-manager",
  `${types.namespace} edge-cert-manager < edge-cert-manager`,
  `${types.release} edge-cert-manager < edge-cert-manager`,
  "certfleet:index:Issuers edge-issuers < edge",
  "certfleet:index:DnsCredentials edge-issuers-cloudflare-main < edge-issuers",
  `${types.secret} edge-issuers-cloudflare-main < edge-issuers-cloudflare-main`,
  `${types.issuer} edge-issuers-staging < edge-issuers`,
];

describe("ClusterTls over gRPC", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  it("registers exactly its tree", async () => {
    const { registrations, urn } = await construct(plugin, clusterInputs());
    expect(urn).toBe("urn:pulumi:test::shop::certfleet:index:ClusterTls::edge");
    const expected = [...platformTree, ...domainTree("tea.example.com"), ...domainTree("coffee.example.com")];
    expect(tree(registrations)).toEqual(expected.sort());
  });

  it("registers the same tree in a preview", async () => {
    const up = await construct(plugin, clusterInputs());
    const preview = await construct(plugin, clusterInputs(), { dryRun: true });
    expect(tree(preview.registrations)).toEqual(tree(up.registrations));
  });

  it("makes no controller where cert-manager runs already, and no route for a certificate alone", async () => {
    const inputs = clusterInputs({ domains: [certificateOnly("*.apps.example.com")] });
    const { registrations } = await construct(plugin, { ...inputs, certManager: { install: false } });
    expect(tree(registrations)).toEqual(
      [
        ...platformTree.filter((line) => !line.includes("edge-cert-manager")),
        "certfleet:index:TlsDomain edge-_.apps.example.com < edge",
        `${types.certificate} edge-_.apps.example.com < edge-_.apps.example.com`,
      ].sort(),
    );
  });

  it("makes a namespace that several domains ask for once, and before their objects", async () => {
    const defaults = { ...clusterInputs().defaults!, createNamespace: true };
    const { resources } = await construct(plugin, { ...clusterInputs(), defaults });
    const namespace = resources.get(`${types.namespace} edge-cafe`)!;
    expect([...resources.keys()].filter((key) => key.startsWith(types.namespace))).toHaveLength(2);
    for (const key of [`${types.certificate} edge-tea.example.com`, `${types.gateway} edge-coffee.example.com`]) {
      expect(resources.get(key)!.dependencies).toContain(namespace.urn);
    }
  });

  it("gives every child the explicit provider, on the first construct and on later ones", async () => {
    for (const { registrations } of [
      await construct(plugin, clusterInputs()),
      await construct(plugin, clusterInputs()),
    ]) {
      const children = registrations.filter(({ custom, type }) => custom && type.startsWith("kubernetes:"));
      expect(children).toHaveLength(12);
      expect(new Set(children.map(({ provider }) => provider))).toEqual(new Set([providerReference]));
    }
  });

  it("names the version of the Kubernetes plugin on every child", async () => {
    const { registrations } = await construct(plugin, clusterInputs());
    const unversioned = registrations.filter(({ custom, version }) => custom && !/^\d+\.\d+\.\d+/.test(version));
    expect(unversioned.map(({ urn }) => urn)).toEqual([]);
  });

  it("hands a consumer's dependsOn to every first child", async () => {
    const before = "urn:pulumi:test::shop::kubernetes:core/v1:ConfigMap::before";
    const defaults = { ...clusterInputs().defaults!, createNamespace: true };
    const { registrations } = await construct(plugin, { ...clusterInputs(), defaults }, { dependsOn: [before] });
    const first = [types.namespace, types.release, "certfleet:index:CertManagerPreflight"].flatMap((type) =>
      registrations.filter((made) => made.type === type),
    );
    expect(first.map(({ name }) => name).sort()).toEqual([
      "edge-cafe",
      "edge-cert-manager",
      "edge-cert-manager",
      "edge-cert-manager",
    ]);
    for (const made of first) expect(made.dependencies).toContain(before);
  });

  it("goes with what it is deleted with, children and all: on a cluster that is gone nothing can be deleted", async () => {
    const deletedWith = "urn:pulumi:test::shop::gcp:container/cluster:Cluster::cluster";
    const { registrations } = await construct(plugin, clusterInputs(), { deletedWith });
    expect(registrations.filter((made) => made.deletedWith !== deletedWith).map(({ urn }) => urn)).toEqual([]);
    const without = await construct(plugin, clusterInputs());
    expect(new Set(without.registrations.map((made) => made.deletedWith))).toEqual(new Set([""]));
  });

  it("orders issuers after cert-manager, and domains after issuers, so that a destroy runs the other way", async () => {
    const { resources } = await construct(plugin, clusterInputs());
    const [release, issuer] = [`${types.release} edge-cert-manager`, `${types.issuer} edge-issuers-staging`];
    const urn = (key: string): string => resources.get(key)!.urn;
    expect(resources.get(`${types.secret} edge-issuers-cloudflare-main`)!.dependencies).toContain(urn(release));
    expect(resources.get(issuer)!.dependencies).toContain(urn(`${types.secret} edge-issuers-cloudflare-main`));
    expect(resources.get(issuer)!.dependencies).toContain(urn(release));
    const children = [...resources.values()].filter(({ custom, name }) => custom && /tea|coffee/.test(name));
    expect(children).toHaveLength(8);
    for (const made of children) expect(made.dependencies).toContain(urn(issuer));
    const { dependencies } = resources.get(`${types.gateway} edge-tea.example.com`)!;
    expect(dependencies).not.toContain(urn(`${types.certificate} edge-tea.example.com`));
  });

  it("hands credentials on as secrets, and in no other place", async () => {
    const { registrations, resources, state } = await construct(plugin, clusterInputs());
    const encoded = Buffer.from(token).toString("base64");
    const { object } = resources.get(`${types.secret} edge-issuers-cloudflare-main`)!;
    expect(object).toMatchObject({
      data: secretValue({ "api-token": encoded }),
      metadata: { name: "cloudflare-main", namespace: "cert-manager" },
    });
    // Not in the messages either, of which the SDK's own would hold every property.
    expect(plugin.engine.messages.filter((message) => message.includes(token) || message.includes(encoded))).toEqual(
      [],
    );
    const elsewhere = JSON.stringify([state, registrations.filter((made) => made.type !== types.secret)]);
    expect(elsewhere).not.toContain(token);
    expect(elsewhere).not.toContain(encoded);
  });

  it("keeps credentials secret that a program gave in the clear", async () => {
    const { resources } = await construct(plugin, { ...clusterInputs(), dnsSecrets: { main: token } });
    const { object } = resources.get(`${types.secret} edge-issuers-cloudflare-main`)!;
    expect(object.data).toEqual(secretValue({ "api-token": Buffer.from(token).toString("base64") }));
  });

  it("warns once, in previews too, where Let's Encrypt's limit of certificates is near", async () => {
    const domains = Array.from({ length: 40 }, (_, index) => certificateOnly(`shop-${index}.example.com`));
    const acme = { email: "ops@example.com", environment: "production" as const };
    for (const dryRun of [true, false]) {
      const before = plugin.engine.messages.length;
      await construct(plugin, clusterInputs({ acme, domains }), { dryRun });
      const warned = plugin.engine.messages
        .slice(before)
        .filter((text) => text.includes("Let's Encrypt issues at most"));
      expect(warned).toEqual([expect.stringMatching(/^40 certificates have names in example\.com, /)]);
    }
  });

  it("waits for what is asynchronous, with bounds", async () => {
    const { resources } = await construct(plugin, clusterInputs());
    const waits = (key: string): unknown => {
      const { object, timeouts } = resources.get(key)!;
      return [(object.metadata as { annotations?: object }).annotations, timeouts?.create, timeouts?.update];
    };
    const waitFor = (condition: string) => ({ "pulumi.com/waitFor": `condition=${condition}` });
    expect(waits(`${types.issuer} edge-issuers-staging`)).toEqual([waitFor("Ready"), "180s", "180s"]);
    expect(waits(`${types.certificate} edge-tea.example.com`)).toEqual([waitFor("Ready"), "600s", "600s"]);
    expect(waits(`${types.gateway} edge-tea.example.com`)).toEqual([waitFor("Programmed"), "1200s", "1200s"]);
  });
});

describe("ClusterTls' domains", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  const byUrn = (registrations: readonly Registration[]) => new Map(registrations.map((made) => [made.urn, made]));
  const [tea, coffee, milk] = ["tea", "coffee", "milk"].map((name) => domain(`${name}.example.com`)) as [
    ReturnType<typeof domain>,
    ReturnType<typeof domain>,
    ReturnType<typeof domain>,
  ];

  it("only gain resources when one is added", async () => {
    const before = await construct(plugin, clusterInputs({ domains: [tea, coffee] }));
    const after = byUrn((await construct(plugin, clusterInputs({ domains: [milk, tea, coffee] }))).registrations);
    for (const made of before.registrations) expect(after.get(made.urn)).toEqual(made);
    const added = [...after.keys()].filter((urn) => !byUrn(before.registrations).has(urn));
    expect(added.map((urn) => urn.split("::")[3]).sort()).toEqual(
      [...new Array<string>(4).fill("edge-milk.example.com"), "edge-milk.example.com-redirect"].sort(),
    );
  });

  it("have no order", async () => {
    const one = await construct(plugin, clusterInputs({ domains: [tea, coffee, milk] }));
    const other = await construct(plugin, clusterInputs({ domains: [milk, tea, coffee] }));
    expect(byUrn(other.registrations)).toEqual(byUrn(one.registrations));
    expect(other.state.domains).toEqual(one.state.domains);
    expect(other.state.platform).toEqual(one.state.platform);
  });

  it("tell what became of them", async () => {
    const outputs = ({ type }: Registration): Record<string, unknown> => {
      const ready = { conditions: [{ type: "Ready", status: "True" }], notAfter: "2030-01-01T00:00:00Z" };
      if (type === types.certificate) return { status: ready };
      return type === types.gateway ? { status: { addresses: [{ type: "IPAddress", value: "192.0.2.1" }] } } : {};
    };
    const shared = domain("a.apps.example.com", { certificateFrom: "*.apps.example.com" });
    const inputs = clusterInputs({ domains: [tea, shared, certificateOnly("*.apps.example.com")] });
    const { state } = await construct(plugin, inputs, { outputs });
    const record = { name: "tea.example.com", type: "A", value: "192.0.2.1" };
    const issued = { issuer: "letsencrypt-staging", ready: true, notAfter: "2030-01-01T00:00:00Z" };
    expect(state.domains).toMatchObject({
      "tea.example.com": {
        host: "tea.example.com",
        url: "https://tea.example.com/",
        namespace: "cafe",
        secretName: "tea-example-com-tls",
        addresses: ["192.0.2.1"],
        requiredDnsRecords: [record],
        ...issued,
      },
      "a.apps.example.com": { url: "https://a.apps.example.com/", addresses: ["192.0.2.1"], ...issued },
      "*.apps.example.com": { addresses: [], requiredDnsRecords: [], ...issued },
    });
    expect(state.requiredDnsRecords).toContainEqual(record);
    expect(state.platform).toMatchObject({
      issuers: { staging: "letsencrypt-staging" },
      environment: "staging",
      gatewayClassName: "traefik",
    });
  });
});
