import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acme, cloudflareChallenge, domain } from "../support/builders";
import { construct, tryConstruct } from "./support/construct";
import { token } from "./support/inputs";
import { Plugin } from "./support/plugin";
import { outputValue, secretValue, propertyErrors } from "./support/wire";

const platform = {
  issuers: { staging: "letsencrypt-staging" },
  environment: "staging",
  gatewayClassName: "traefik",
};

describe("a component alone", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  it("TlsDomain adds a domain to a platform from another stack, in its namespace only", async () => {
    const inputs = { ...domain("tea.example.com", { namespace: "cafe" }), platform: outputValue(platform) };
    const options = { type: "certfleet:index:TlsDomain", name: "tea" };
    const { registrations, resources, state } = await construct(plugin, inputs, options);
    expect([...resources.keys()].sort()).toEqual([
      "certfleet:index:TlsDomain tea",
      "kubernetes:cert-manager.io/v1:Certificate tea",
      "kubernetes:gateway.networking.k8s.io/v1:Gateway tea",
      "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute tea",
      "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute tea-redirect",
    ]);
    for (const { object } of registrations.filter(({ custom }) => custom)) {
      expect(object.metadata).toMatchObject({ namespace: "cafe" });
    }
    const { object } = resources.get("kubernetes:cert-manager.io/v1:Certificate tea")!;
    expect(object.spec).toMatchObject({ issuerRef: { kind: "ClusterIssuer", name: "letsencrypt-staging" } });
    const gateway = resources.get("kubernetes:gateway.networking.k8s.io/v1:Gateway tea")!;
    expect(gateway.object.spec).toMatchObject({ gatewayClassName: "traefik" });
    expect(state).toMatchObject({
      host: "tea.example.com",
      url: "https://tea.example.com/",
      namespace: "cafe",
      secretName: "tea-example-com-tls",
      issuer: "letsencrypt-staging",
    });
  });

  it("TlsDomain says what a platform lacks", async () => {
    const inputs = { ...domain("tea.example.com", { environment: "production" }), platform: outputValue(platform) };
    const { error, registrations } = await tryConstruct(plugin, inputs, {
      type: "certfleet:index:TlsDomain",
      name: "tea",
    });
    expect(propertyErrors(error!)).toContainEqual({
      path: "environment",
      reason: expect.stringContaining('the platform has no issuer for "production" (it has: staging)') as string,
    });
    expect(registrations).toEqual([]);
  });

  it("TlsDomain makes its namespace first, on request", async () => {
    const inputs = { ...domain("tea.example.com", { namespace: "cafe", createNamespace: true }), platform };
    const { resources } = await construct(plugin, inputs, { type: "certfleet:index:TlsDomain", name: "tea" });
    const namespace = resources.get("kubernetes:core/v1:Namespace tea")!;
    expect(namespace.object).toMatchObject({ metadata: { name: "cafe" } });
    const { dependencies } = resources.get("kubernetes:cert-manager.io/v1:Certificate tea")!;
    expect(dependencies).toContain(namespace.urn);
  });

  it("CertManager is a pinned Release in a namespace of its own", async () => {
    const inputs = { values: { crds: { keep: false } } };
    const options = { type: "certfleet:index:CertManager", name: "cm" };
    const { registrations, resources, state } = await construct(plugin, inputs, options);
    expect(registrations).toHaveLength(4);
    const { object } = resources.get("kubernetes:helm.sh/v3:Release cm")!;
    expect(object).toMatchObject({
      chart: "oci://quay.io/jetstack/charts/cert-manager",
      name: "cert-manager",
      namespace: "cert-manager",
      timeout: 600,
      values: { crds: { enabled: true, keep: false }, config: { gatewayAPI: { enabled: true } } },
      version: "v1.21.2",
    });
    expect(state).toMatchObject({ namespace: "cert-manager", version: "v1.21.2" });
  });

  it("CertManager passes every value through, also null, by which Helm drops a chart's default", async () => {
    const inputs = { values: { webhook: { livenessProbe: null }, prometheus: { enabled: false } } };
    const options = { type: "certfleet:index:CertManager", name: "cm" };
    const { resources } = await construct(plugin, inputs, options);
    expect(resources.get("kubernetes:helm.sh/v3:Release cm")!.object.values).toMatchObject(inputs.values);
  });

  it("Issuers are one for each environment, and one Secret for each credential", async () => {
    const inputs = {
      acme: acme({ environment: "production", additionalEnvironments: ["staging"] }),
      challenges: [
        cloudflareChallenge("main", ["example.com"]),
        cloudflareChallenge("main", ["example.net"]),
        cloudflareChallenge("b"),
      ],
      dnsSecrets: outputValue({ main: token, b: "second" }, { secret: true }),
      namespace: "tls",
    };
    const options = { type: "certfleet:index:Issuers", name: "issuers" };
    const { resources, state } = await construct(plugin, inputs, options);
    expect([...resources.keys()].sort()).toEqual([
      "certfleet:index:DnsCredentials issuers-cloudflare-b",
      "certfleet:index:DnsCredentials issuers-cloudflare-main",
      "certfleet:index:Issuers issuers",
      "kubernetes:cert-manager.io/v1:ClusterIssuer issuers-production",
      "kubernetes:cert-manager.io/v1:ClusterIssuer issuers-staging",
      "kubernetes:core/v1:Secret issuers-cloudflare-b",
      "kubernetes:core/v1:Secret issuers-cloudflare-main",
    ]);
    expect(resources.get("kubernetes:core/v1:Secret issuers-cloudflare-b")!.object).toMatchObject({
      metadata: { name: "cloudflare-b", namespace: "tls" },
      data: secretValue({ "api-token": Buffer.from("second").toString("base64") }),
    });
    expect(state.platform).toEqual({
      issuers: { production: "letsencrypt-production", staging: "letsencrypt-staging" },
      environment: "production",
    });
  });
});
