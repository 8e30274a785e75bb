import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { version } from "../../provider/version";
import { clusterArgs, domain } from "../support/builders";
import { construct, tryConstruct, type ConstructOptions } from "./support/construct";
import { Crud, urnOf } from "./support/crud";
import { clusterInputs } from "./support/inputs";
import { Plugin } from "./support/plugin";

const kubeconfig = JSON.stringify({ clusters: [], users: [] });
const types = {
  release: "kubernetes:helm.sh/v3:Release",
  namespace: "kubernetes:core/v1:Namespace",
  certificate: "kubernetes:cert-manager.io/v1:Certificate",
  issuer: "kubernetes:cert-manager.io/v1:ClusterIssuer",
  preflight: "certfleet:index:CertManagerPreflight",
  gateways: "certfleet:index:GatewayPreflight",
};

describe("an installation of cert-manager", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  const install = (inputs: Record<string, unknown>, options: ConstructOptions = {}) =>
    construct(plugin, inputs, { type: "certfleet:index:CertManager", name: "cm", ...options });

  async function release(inputs: Record<string, unknown>) {
    const { resources } = await install(inputs);
    const made = resources.get(`${types.release} cm`)!;
    return { ...made, importId: made.request.getImportid(), ignored: made.request.getIgnorechangesList(), resources };
  }

  it("is rolled back when it fails, keeps the CRDs, and imports nothing, unless told otherwise", async () => {
    const usual = await release({});
    expect(usual.object).toMatchObject({ atomic: true, values: { crds: { keep: true } } });
    expect(usual.object).not.toHaveProperty("takeOwnership");
    expect([usual.importId, usual.ignored]).toEqual(["", []]);
    const other = await release({ rollbackOnFailure: false, purge: true });
    expect(other.object).toMatchObject({ atomic: false, values: { crds: { keep: false } } });
  });

  it("is checked before by a resource of the plugin's own version, on which the Release waits", async () => {
    const { resources, dependencies } = await release({ version: "v1.21.1" });
    const preflight = resources.get(`${types.preflight} cm`)!;
    expect(preflight).toMatchObject({
      version,
      object: { version: "v1.21.1", namespace: "cert-manager", gatewayApi: true, allowUnsupportedVersion: false },
    });
    expect(dependencies).toContain(preflight.urn);
  });

  it("takes over a Helm release by its name, at its version, and makes no namespace", async () => {
    const inputs = { adopt: "release", releaseName: "certs", namespace: "tls", createNamespace: false };
    const { importId, ignored, object, resources } = await release(inputs);
    expect([importId, ignored, object.name]).toEqual(["tls/certs", ["version"], "certs"]);
    expect([...resources.keys()].filter((key) => key.startsWith(types.namespace))).toEqual([]);
  });

  it("does not upgrade the release that it takes over", async () => {
    const inputs = { adopt: "release", createNamespace: false, version: "1.21.2" };
    const outputs = ({ type }: { type: string }) => (type === types.release ? { version: "v1.19.5" } : {});
    const { error } = await tryConstruct(plugin, inputs, { type: "certfleet:index:CertManager", name: "cm", outputs });
    expect(error!.details).toContain(
      'version: "1.21.2" is not the version of the release that is adopted, 1.19.5; set it to that',
    );
  });

  it("takes over what kubectl installed by making a release that owns it", async () => {
    const { importId, object } = await release({ adopt: "manifests", createNamespace: false });
    expect(importId).toBe("");
    expect(object).toMatchObject({ takeOwnership: true, name: "cert-manager" });
  });

  describe("when its version changes", () => {
    const inputs = { namespace: "cert-manager", gatewayApi: true, allowUnsupportedVersion: false };
    const change = (from: string, to: string, over: object = {}) =>
      new Crud(plugin, urnOf("cm", types.preflight)).check(
        { ...inputs, ...over, version: to },
        { ...inputs, version: from },
      );

    it("is refused, already in a preview, to skip minor versions, and told the steps", async () => {
      expect((await change("1.18.2", "v1.21.2")).failures).toEqual([
        {
          property: "version",
          reason:
            '"1.21.2" is more than one minor version away from 1.18.2; go 1.18 -> 1.19 -> 1.20 -> 1.21: set version to the newest 1.19.x first; or set allowUnsupportedVersion: true',
        },
      ]);
    });

    it("goes one minor version at a time, or as told", async () => {
      expect((await change("1.20.3", "1.21.2")).failures).toEqual([]);
      expect((await change("1.21.2", "1.20.3")).failures).toEqual([]);
      expect((await change("1.18.2", "1.21.2", { allowUnsupportedVersion: true })).failures).toEqual([]);
      expect((await change("1.18.2", "1.21.2", { namespace: "another" })).failures).toEqual([]);
    });

    it("says what is malformed, and nothing that follows from it", async () => {
      expect((await change("1.18.2", "latest")).failures).toEqual([
        { property: "version", reason: expect.stringContaining("must be a full version") as string },
      ]);
    });

    it("needs no cluster for that", async () => {
      const crud = new Crud(plugin, urnOf("cm", types.preflight));
      expect(await crud.create({ ...inputs, version: "1.20.3" })).toMatchObject({
        id: "cert-manager",
        properties: { version: "1.20.3" },
      });
    });
  });
});

describe("the objects of a cluster that exist already", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  it("are imported by their names: a Certificate with its Secret, and a ClusterIssuer", async () => {
    const shop = domain("shop.example.com", {
      namespace: "shop",
      adopt: true,
      certificateName: "old",
      secretName: "old-tls",
      privateKey: { algorithm: "RSA" },
    });
    const issuers = { staging: { name: "le", accountKeySecret: "le-key", adopt: true } };
    const { acme } = clusterArgs();
    const inputs = clusterInputs({ acme: { ...acme, issuers }, domains: [shop, domain("tea.example.com")] });
    const { resources } = await construct(plugin, inputs);
    const certificate = resources.get(`${types.certificate} edge-shop.example.com`)!;
    expect(certificate.request.getImportid()).toBe("shop/old");
    expect(certificate.object).toMatchObject({
      metadata: { name: "old", namespace: "shop", annotations: { "pulumi.com/patchForce": "true" } },
      spec: { secretName: "old-tls", issuerRef: { name: "le" } },
    });
    const issuer = resources.get(`${types.issuer} edge-issuers-staging`)!;
    expect(issuer.request.getImportid()).toBe("le");
    expect(issuer.object.spec).toMatchObject({ acme: { privateKeySecretRef: { name: "le-key" } } });
    const other = resources.get(`${types.certificate} edge-tea.example.com`)!;
    expect(other.request.getImportid()).toBe("");
    expect(other.object.metadata).not.toHaveProperty(["annotations", "pulumi.com/patchForce"]);
  });

  it("are asked for GatewayClasses once, through the kubeconfig, before any domain is made", async () => {
    const { resources } = await construct(plugin, { ...clusterInputs(), kubeconfig });
    const checks = [...resources.values()].filter(({ type }) => type === types.gateways);
    expect(checks).toMatchObject([{ name: "edge", object: { gatewayClassNames: ["traefik"] } }]);
    expect(checks[0]!.provider).toContain("pulumi:providers:certfleet::edge");
    const { dependencies } = resources.get(`${types.certificate} edge-tea.example.com`)!;
    expect(dependencies).toContain(checks[0]!.urn);
    const without = await construct(plugin, clusterInputs());
    expect(without.registrations.filter(({ type }) => type === types.gateways)).toEqual([]);
  });

  it("are asked by a domain that stands alone", async () => {
    const platform = { issuers: { staging: "s" }, environment: "staging", gatewayClassName: "istio" };
    const inputs = { ...domain("tea.example.com"), platform, kubeconfig };
    const { resources } = await construct(plugin, inputs, { type: "certfleet:index:TlsDomain", name: "tea" });
    expect(resources.get(`${types.gateways} tea`)!.object).toEqual({ gatewayClassNames: ["istio"] });
  });
});
