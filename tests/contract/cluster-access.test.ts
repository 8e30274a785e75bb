import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { version } from "../../provider/version";
import { clusterArgs, domain } from "../support/builders";
import { construct, tryConstruct } from "./support/construct";
import { clusterInputs } from "./support/inputs";
import { Plugin } from "./support/plugin";
import { propertyErrors, secretValue, unknownValue } from "./support/wire";

const text = JSON.stringify({ clusters: [], users: [{ name: "me", user: { token: "planted-kubeconfig-token" } }] });

describe("certfleet's own way into the cluster", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  const accessOf = (resources: Map<string, unknown>) =>
    [...resources].filter(([key]) => key.startsWith("pulumi:providers:"));

  it("is made where a kubeconfig is given, once for all parts, and holds it as a secret whatever it was before", async () => {
    const { resources, urn } = await construct(plugin, { ...clusterInputs(), kubeconfig: text });
    expect(accessOf(resources)).toMatchObject([
      ["pulumi:providers:certfleet edge", { version, object: { kubeconfig: secretValue(text) }, parent: urn }],
    ]);
  });

  it("is not made without one", async () => {
    expect(accessOf((await construct(plugin, clusterInputs())).resources)).toEqual([]);
  });

  it("is made in a preview that does not know the kubeconfig yet", async () => {
    const inputs = { ...clusterArgs(), kubeconfig: unknownValue };
    const { resources } = await construct(plugin, inputs, { dryRun: true });
    expect(accessOf(resources)).toHaveLength(1);
  });

  it("asks through it for the cert-manager that others run, before anything draws on that", async () => {
    const certManager = { install: false, namespace: "tls" };
    const { resources } = await construct(plugin, { ...clusterInputs(), certManager, kubeconfig: text });
    const preflight = resources.get("certfleet:index:CertManagerPreflight edge-cert-manager")!;
    expect(preflight.object).toEqual({ install: false, namespace: "tls", allowUnsupportedVersion: false });
    const issuer = resources.get("kubernetes:cert-manager.io/v1:ClusterIssuer edge-issuers-staging")!;
    expect(issuer.dependencies).toContain(preflight.urn);
  });

  it("waits for nothing anew where the version gets a leading v", async () => {
    const spec = async (version: string): Promise<unknown> => {
      const inputs = { ...clusterInputs(), certManager: { version }, kubeconfig: text };
      const { resources } = await construct(plugin, inputs);
      return resources.get("certfleet:index:Readiness edge-cert-manager")!.object.spec;
    };
    expect(await spec("v1.21.1")).toEqual(await spec("1.21.1"));
    expect(await spec("1.21.1")).toMatchObject({ version: "1.21.1" });
  });

  it("looks and waits through it for all that is waited for, in place of the Kubernetes plugin", async () => {
    const inputs = clusterInputs({ domains: [domain("tea.example.com", { renew: "key leaked", deleteSecret: true })] });
    const { resources } = await construct(plugin, { ...inputs, kubeconfig: text });
    const own = [...resources.values()].filter(({ custom, type }) => custom && type.startsWith("certfleet:"));
    expect(
      own.map(({ type, name, object }) => `${type.split(":").pop()} ${name} ${String(object.kind)}`).sort(),
    ).toEqual([
      "CertManagerPreflight edge-cert-manager undefined",
      "GatewayPreflight edge undefined",
      "Readiness edge-cert-manager Release",
      "Readiness edge-issuers-staging ClusterIssuer",
      "Readiness edge-tea.example.com Certificate",
      "Readiness edge-tea.example.com_gateway Gateway",
      "TlsSecret edge-tea.example.com undefined",
    ]);
    for (const { provider } of own) expect(provider).toMatch(/pulumi:providers:certfleet::edge::/);
    const certificate = resources.get("kubernetes:cert-manager.io/v1:Certificate edge-tea.example.com")!;
    const { annotations } = certificate.object.metadata as { annotations?: Record<string, string> };
    expect(annotations?.["pulumi.com/waitFor"]).toBeUndefined();
    const wait = resources.get("certfleet:index:Readiness edge-tea.example.com")!;
    expect(wait).toMatchObject({ timeouts: { create: "600s", update: "600s" }, object: { renew: "key leaked" } });
    expect(wait.object.spec).toEqual(certificate.object.spec);
    expect(wait.dependencies).toContain(certificate.urn);
    // So that the Secret is deleted after the Certificate.
    expect(certificate.dependencies).toContain(resources.get("certfleet:index:TlsSecret edge-tea.example.com")!.urn);
  });

  it("waits anew for a Gateway that is asked for other labels or annotations, and for nothing else that is", async () => {
    const annotations = { "example.com/pool": "a" };
    const inputs = clusterInputs({ domains: [domain("tea.example.com", { annotations })] });
    const { resources } = await construct(plugin, { ...inputs, kubeconfig: text });
    const gateway = resources.get("kubernetes:gateway.networking.k8s.io/v1:Gateway edge-tea.example.com")!;
    const { labels } = gateway.object.metadata as { labels: unknown };
    const waits = [...resources.values()].filter(({ type }) => type === "certfleet:index:Readiness");
    expect(waits.flatMap(({ name, object }) => (object.metadata ? [{ name, metadata: object.metadata }] : []))).toEqual(
      [{ name: "edge-tea.example.com_gateway", metadata: { labels, annotations } }],
    );
  });

  it("is what a renewal and a Secret's deletion need", async () => {
    const inputs = clusterInputs({
      defaults: { deleteSecret: true },
      domains: [domain("tea.example.com", { renew: "x" })],
    });
    const { error } = await tryConstruct(plugin, inputs);
    const reason = expect.stringContaining("needs kubeconfig, by which certfleet itself reaches the cluster") as string;
    expect(propertyErrors(error!)).toEqual(
      expect.arrayContaining([
        { path: "domains[0].renew", reason },
        { path: "defaults.deleteSecret", reason },
      ]),
    );
  });

  it("is refused a path, without the value", async () => {
    const { error } = await tryConstruct(plugin, { ...clusterInputs(), kubeconfig: "/home/me/.kube/config" });
    expect(propertyErrors(error!)).toMatchObject([
      { path: 'kubeconfig["*"]', reason: expect.stringContaining("not its path") as string },
    ]);
    expect(error!.details).not.toContain("/home/me");
  });
});
