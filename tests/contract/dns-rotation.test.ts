import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acme, cloudflareChallenge } from "../support/builders";
import { issuers, keyFile, withClouds } from "./support/clouds";
import { construct, tryConstruct } from "./support/construct";
import { clusterInputs } from "./support/inputs";
import { Plugin } from "./support/plugin";
import { outputValue, propertyErrors } from "./support/wire";

/** The throw-away names in a CertificateRequest's spec.request. */
function requestedNames(request: string): string[] {
  const der = Buffer.from(request, "base64")
    .toString()
    .replaceAll(/-----.*-----|\s/g, "");
  // A dNSName among alternative names (RFC 5280): its tag, its length, its text.
  const parts = Buffer.from(der, "base64").toString("latin1").split("\x82").slice(1);
  return parts.map((part) => part.slice(1, 1 + part.charCodeAt(0))).filter((name) => name.startsWith("certfleet-"));
}

describe("Issuers and their credentials over gRPC", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  const dnsSecrets = outputValue({ main: "planted-token", key: keyFile("acme-dns") }, { secret: true });

  it("keeps the URN of a Secret that was its own child before", async () => {
    const inputs = { acme: acme(), challenges: [cloudflareChallenge()], dnsSecrets };
    const { resources } = await construct(plugin, inputs, issuers);
    const { request } = resources.get("kubernetes:core/v1:Secret issuers-cloudflare-main")!;
    const parents = request.getAliasesList().map((alias) => alias.getSpec()?.getParenturn() ?? alias.getUrn());
    expect(parents.join()).toContain("certfleet:index:Issuers::issuers");
  });

  it("proves a rotation before an issuer takes it over, by names that no order had before", async () => {
    const challenges = [{ ...cloudflareChallenge("main", ["example.com"]), rotation: "2026-11" }];
    const inputs = { acme: acme({ environment: "production" }), challenges, dnsSecrets };
    const constructed = await construct(plugin, inputs, issuers);
    const { resources } = constructed;
    const secret = resources.get("kubernetes:core/v1:Secret issuers-cloudflare-main-2026-11")!;
    const proof = "issuers-cloudflare-main-2026-11-dry-run";
    const trial = resources.get(`kubernetes:cert-manager.io/v1:ClusterIssuer ${proof}`)!;
    const request = resources.get(`kubernetes:cert-manager.io/v1:CertificateRequest ${proof}`)!;
    const issuer = resources.get("kubernetes:cert-manager.io/v1:ClusterIssuer issuers-production")!;
    expect(secret.object.metadata).toMatchObject({ name: "cloudflare-main-2026-11" });
    expect(trial.object).toMatchObject({
      metadata: { name: "dry-run-cloudflare-main-2026-11" },
      spec: { acme: { server: expect.stringContaining("staging") as string } },
    });
    expect(trial.dependencies).toContain(secret.urn);
    expect(request.dependencies).toContain(trial.urn);
    expect(issuer.dependencies).toContain(request.urn);
    expect(JSON.stringify(issuer.object.spec)).toContain("cloudflare-main-2026-11");
    expect(request.request.getIgnorechangesList()).toEqual(["spec.request"]);
    expect(request.request.getReplaceonchangesList()).toEqual(["*"]);
    expect(request.request.getDeletebeforereplace()).toBe(true);
    expect(request.object).toMatchObject({
      metadata: {
        name: "dry-run-cloudflare-main-2026-11",
        namespace: "cert-manager",
        annotations: { "pulumi.com/waitFor": "condition=Ready" },
      },
      spec: { issuerRef: { kind: "ClusterIssuer", name: "dry-run-cloudflare-main-2026-11" } },
    });
    const { request: pem } = request.object.spec as { request: string };
    expect(requestedNames(pem)).toEqual([expect.stringMatching(/^certfleet-2026-11-[0-9a-f]{8}\.example\.com$/)]);
  });

  it("has what its dry run waits for watched where certfleet can look, beside the plugin's wait for the request", async () => {
    const challenges = [{ ...cloudflareChallenge("main", ["example.com"]), rotation: "2026-11" }];
    const kubeconfig = JSON.stringify({ clusters: [] });
    const { resources } = await construct(plugin, { acme: acme(), challenges, dnsSecrets, kubeconfig }, issuers);
    const proof = "issuers-cloudflare-main-2026-11-dry-run";
    const trial = resources.get(`certfleet:index:Readiness ${proof}`)!;
    const watch = resources.get(`certfleet:index:Readiness ${proof}_certificaterequest`)!;
    const request = resources.get(`kubernetes:cert-manager.io/v1:CertificateRequest ${proof}`)!;
    const issuer = resources.get("kubernetes:cert-manager.io/v1:ClusterIssuer issuers-staging")!;
    expect(trial.object).toMatchObject({ kind: "ClusterIssuer", name: "dry-run-cloudflare-main-2026-11" });
    expect(watch.object).toEqual({
      kind: "CertificateRequest",
      namespace: "cert-manager",
      name: "dry-run-cloudflare-main-2026-11",
    });
    expect(watch.timeouts).toEqual(request.timeouts);
    expect(watch.dependencies).not.toContain(request.urn);
    expect(request.dependencies).toContain(trial.urn);
    expect(JSON.stringify(request.object.metadata)).toContain("pulumi.com/waitFor");
    expect(issuer.dependencies).toEqual(expect.arrayContaining([request.urn, watch.urn]));
  });

  it("proves a rotation of any kind alike, with what belongs to the new value", async () => {
    const route53 = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secret: "main" };
    const challenges = [{ zones: ["example.com"], rotation: "2026-11", route53 }];
    const { resources } = await construct(plugin, { acme: acme(), challenges, dnsSecrets }, issuers);
    const secret = resources.get("kubernetes:core/v1:Secret issuers-route53-main-2026-11")!;
    const proof = "issuers-route53-main-2026-11-dry-run";
    const expected = {
      accessKeyID: route53.accessKeyId,
      secretAccessKeySecretRef: { name: "route53-main-2026-11", key: "secret-access-key" },
    };
    expect(secret.object.metadata).toMatchObject({ name: "route53-main-2026-11" });
    for (const name of [proof, "issuers-staging"]) {
      const { object } = resources.get(`kubernetes:cert-manager.io/v1:ClusterIssuer ${name}`)!;
      expect(object.spec).toMatchObject({ acme: { solvers: [{ dns01: { route53: expected } }] } });
    }
    expect(resources.get(`kubernetes:cert-manager.io/v1:CertificateRequest ${proof}`)).toBeDefined();
  });

  it("makes nothing for a kind whose credential is elsewhere", async () => {
    const webhook = { groupName: "acme.example.com", solverName: "bunny", config: { zone: "z" } };
    const challenges = [{ zones: ["example.com"], webhook }, { raw: { spec: { digitalocean: {} } } }];
    const { resources } = await construct(plugin, { acme: acme(), challenges }, issuers);
    expect([...resources.keys()].filter((key) => /Secret|DnsCredentials/.test(key))).toEqual([]);
    const { object } = resources.get("kubernetes:cert-manager.io/v1:ClusterIssuer issuers-staging")!;
    expect(object.spec).toMatchObject({
      acme: { solvers: [{ dns01: { webhook } }, { dns01: { digitalocean: {} } }] },
    });
  });

  it("proves it at the custom directory where that is the account's", async () => {
    const directory = { url: "https://acme.example.org/directory" };
    const challenges = [{ ...cloudflareChallenge("main", ["example.com"]), rotation: "1" }];
    const inputs = { acme: acme({ directory }), challenges, dnsSecrets };
    const { resources } = await construct(plugin, inputs, issuers);
    const trial = resources.get("kubernetes:cert-manager.io/v1:ClusterIssuer issuers-cloudflare-main-1-dry-run")!;
    expect(trial.object.spec).toMatchObject({ acme: { server: directory.url } });
  });

  it("never proves it at Let's Encrypt's production directory, by whatever name that goes", async () => {
    const directory = { url: "https://acme-v02.api.letsencrypt.org/directory" };
    const challenges = [{ ...cloudflareChallenge("main", ["example.com"]), rotation: "1" }];
    const inputs = { acme: acme({ directory }), challenges, dnsSecrets };
    const { resources } = await construct(plugin, inputs, issuers);
    const trial = resources.get("kubernetes:cert-manager.io/v1:ClusterIssuer issuers-cloudflare-main-1-dry-run")!;
    expect(trial.object.spec).toMatchObject({
      acme: { server: expect.stringContaining("acme-staging-v02") as string },
    });
  });

  it("proves each zone as its issuers solve it, and none on standby", async () => {
    const entry = (zone: string, project: string, standby = false) => ({
      zones: [zone],
      rotation: "2",
      standby,
      cloudDns: { project, secret: "key" },
    });
    const challenges = [
      entry("c.example", "third-dns", true),
      entry("a.example", "acme-dns"),
      entry("b.example", "other-dns"),
    ];
    const { resources } = await construct(plugin, { acme: acme(), challenges, dnsSecrets }, issuers);
    const solversOf = (name: string) => {
      const { object } = resources.get(`kubernetes:cert-manager.io/v1:ClusterIssuer ${name}`)!;
      return (object.spec as { acme: { solvers: object[] } }).acme.solvers;
    };
    const proof = "issuers-cloud-dns-key-2-dry-run";
    expect(solversOf(proof)).toMatchObject([
      { selector: { dnsZones: ["a.example"] }, dns01: { cloudDNS: { project: "acme-dns" } } },
      { selector: { dnsZones: ["b.example"] }, dns01: { cloudDNS: { project: "other-dns" } } },
    ]);
    expect(solversOf(proof)).toEqual(solversOf("issuers-staging"));
    const { object } = resources.get(`kubernetes:cert-manager.io/v1:CertificateRequest ${proof}`)!;
    const names = requestedNames((object.spec as { request: string }).request);
    expect(names.map((name) => name.replace(/^.*?\./, ""))).toEqual(["a.example", "b.example"]);
  });

  it("keeps a credential on standby without a solver for it, and without a dry run", async () => {
    const challenges = [
      { zones: ["example.com"], rotation: "2", standby: true, cloudDns: { project: "acme-dns", secret: "key" } },
      cloudflareChallenge("main", ["example.com"]),
    ];
    const { resources } = await construct(plugin, { acme: acme(), challenges, dnsSecrets }, issuers);
    expect(resources.has("kubernetes:core/v1:Secret issuers-cloud-dns-key-2")).toBe(true);
    expect([...resources.keys()].filter((key) => key.includes("dry-run"))).toEqual([]);
    const { object } = resources.get("kubernetes:cert-manager.io/v1:ClusterIssuer issuers-staging")!;
    const { solvers } = (object.spec as { acme: { solvers: object[] } }).acme;
    expect(solvers).toHaveLength(1);
    expect(JSON.stringify(solvers)).not.toContain("cloudDNS");
  });

  it("says what was made for each credential", async () => {
    const challenges = [
      { zones: ["example.net"], cloudDns: { project: "acme-dns", createZone: true } },
      cloudflareChallenge("main"),
    ];
    const { state } = await construct(plugin, { acme: acme(), challenges, dnsSecrets }, issuers);
    expect(state.dnsCredentials).toMatchObject({
      "cloud-dns-account-acme-dns-example-net": {
        secretName: "cloud-dns-account-acme-dns-example-net",
        serviceAccountEmail: expect.stringMatching(/@acme-dns\.iam\.gserviceaccount\.com$/) as string,
        nameServers: ["ns1.example.net.", "ns2.example.net."],
      },
      "cloudflare-main": { secretName: "cloudflare-main" },
    });
  });

  it("annotates cert-manager's ServiceAccount with the account that was made, under the user's own values", async () => {
    const challenges = [{ cloudDns: { project: "acme-dns", workloadIdentity: {} } }];
    const certManager = { values: { serviceAccount: { annotations: { note: "kept" } }, replicaCount: 2 } };
    const inputs = clusterInputs({ challenges } as never);
    const { resources } = await construct(plugin, { ...inputs, certManager }, { ...withClouds });
    const account = resources.get("gcp:serviceaccount/account:Account edge-issuers-cloud-dns-account-acme-dns")!;
    const email = `${String(account.object.accountId)}@acme-dns.iam.gserviceaccount.com`;
    expect(resources.get("kubernetes:helm.sh/v3:Release edge-cert-manager")!.object.values).toMatchObject({
      serviceAccount: { annotations: { note: "kept", "iam.gke.io/gcp-service-account": email } },
      replicaCount: 2,
    });
  });

  it("says by path what is wrong with a credential, and shows no value of one", async () => {
    const challenges = [
      { cloudDns: { project: "acme-dns", secret: "main" } },
      { zones: ["example.net"], rotation: "1", cloudflare: { existingSecret: { name: "external" } } },
    ];
    const { error, registrations } = await tryConstruct(plugin, { acme: acme(), challenges, dnsSecrets }, issuers);
    expect(propertyErrors(error!)).toEqual([
      { path: "challenges[0].cloudDns.secret", reason: expect.stringContaining("service account's key") as string },
      { path: "challenges[1].rotation", reason: expect.stringContaining("cannot rotate existingSecret") as string },
    ]);
    expect(JSON.stringify(propertyErrors(error!))).not.toContain("planted");
    expect(registrations).toEqual([]);
  });
});
