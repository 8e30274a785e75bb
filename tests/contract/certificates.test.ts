import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificateOnly, domain } from "../support/builders";
import { construct, tryConstruct } from "./support/construct";
import { clusterInputs } from "./support/inputs";
import { Plugin } from "./support/plugin";
import { outputValue, propertyErrors, unknownOutput, unknownValue } from "./support/wire";

const certificateOf = (name: string) => `kubernetes:cert-manager.io/v1:Certificate ${name}`;
const alone = { type: "certfleet:index:TlsDomain", name: "tea" };

/** Inputs of a ClusterTls that gives no account and no challenges. */
function withoutAcme(over: Record<string, unknown>): Record<string, unknown> {
  const inputs = Object.entries(clusterInputs()).filter(([key]) => !["acme", "challenges", "dnsSecrets"].includes(key));
  return { ...Object.fromEntries(inputs), ...over };
}

describe("certificates", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  it("have the names, the key and the Secret that a domain says", async () => {
    const [name, privateKey] = ["shop.example.com", { algorithm: "RSA", size: 3072 }];
    const domains = [
      { ...domain(name), additionalDnsNames: ["www.Example.com"], secretName: "shop", privateKey },
      domain("www.example.com", { certificateFrom: name }),
    ];
    const { resources, state } = await construct(plugin, { ...clusterInputs(), domains });
    expect(resources.get(certificateOf(`edge-${name}`))!.object.spec).toMatchObject({
      dnsNames: [name, "www.example.com"],
      secretName: "shop",
      privateKey: { ...privateKey, rotationPolicy: "Always" },
    });
    expect(resources.has(certificateOf("edge-www.example.com"))).toBe(false);
    const gateway = resources.get("kubernetes:gateway.networking.k8s.io/v1:Gateway edge-www.example.com")!;
    expect(JSON.stringify(gateway.object.spec)).toContain('"name":"shop"');
    expect(state.domains).toMatchObject({ "www.example.com": { secretName: "shop" } });
  });

  it("come from an issuer that exists, and then no account, no issuers and no credentials are made", async () => {
    const issuer = { name: outputValue("corporate", { dependencies: ["urn:of-issuer"] }), kind: "Issuer" };
    const inputs = withoutAcme({ domains: [{ ...certificateOnly("tea.example.com"), issuer }] });
    const { registrations, resources, state } = await construct(plugin, inputs);
    expect(registrations.map(({ type }) => type).filter((type) => /Issuer|Secret/.test(type))).toEqual([]);
    const certificate = resources.get(certificateOf("edge-tea.example.com"))!;
    expect(certificate.object.spec).toMatchObject({
      issuerRef: { name: "corporate", kind: "Issuer", group: "cert-manager.io" },
    });
    const release = resources.get("kubernetes:helm.sh/v3:Release edge-cert-manager")!;
    expect(certificate.dependencies).toEqual(expect.arrayContaining([release.urn, "urn:of-issuer"]));
    expect(state).toMatchObject({
      domains: { "tea.example.com": { issuer: "corporate" } },
      platform: { issuers: {}, gatewayClassName: "traefik" },
    });
  });

  it("of issuers of both sorts do not wait for each other's", async () => {
    const issuer = { name: "corporate" };
    const inputs = {
      ...clusterInputs(),
      domains: [domain("tea.example.com"), { ...domain("milk.example.com"), issuer }],
    };
    const { resources } = await construct(plugin, inputs);
    const made = resources.get("kubernetes:cert-manager.io/v1:ClusterIssuer edge-issuers-staging")!.urn;
    expect(resources.get(certificateOf("edge-tea.example.com"))!.dependencies).toContain(made);
    expect(resources.get(certificateOf("edge-milk.example.com"))!.dependencies).not.toContain(made);
  });

  it("may come from an issuer that is not known in a preview", async () => {
    const issuer = { name: unknownOutput(), kind: unknownOutput() };
    const inputs = withoutAcme({ domains: [{ ...domain("tea.example.com"), issuer }] });
    const { resources } = await construct(plugin, inputs, { dryRun: true });
    expect(resources.get(certificateOf("edge-tea.example.com"))!.object.spec).toMatchObject({
      issuerRef: { name: unknownValue, kind: unknownValue, group: "cert-manager.io" },
    });
  });

  it("of a TlsDomain need no issuers of its platform where it names its own, and say what to do where it names none", async () => {
    const inputs = { ...certificateOnly("tea.example.com"), platform: outputValue({ issuers: {} }) };
    const { resources, state } = await construct(plugin, { ...inputs, issuer: { name: "corporate" } }, alone);
    expect(resources.get(certificateOf("tea"))!.object.spec).toMatchObject({
      issuerRef: { name: "corporate", kind: "ClusterIssuer" },
    });
    expect(state).toMatchObject({ issuer: "corporate" });
    const { error, registrations } = await tryConstruct(plugin, inputs, alone);
    expect(propertyErrors(error!)).toEqual([
      {
        path: "environment",
        reason:
          "the platform has no ACME issuers; set issuer to one that exists on the cluster, or give acme and challenges to the platform's stack",
      },
    ]);
    expect(registrations).toEqual([]);
  });
});
