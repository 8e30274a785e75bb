import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acme, cloudflareChallenge } from "../support/builders";
import { construct, type Constructed, type ConstructOptions, tryConstruct, startMonitor } from "./support/construct";
import type { Registration } from "./support/fake-monitor";
import { clusterInputs } from "./support/inputs";
import { Plugin } from "./support/plugin";
import { outputValue, propertyErrors, secretValue } from "./support/wire";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const keyFile = (project: string): string =>
  JSON.stringify({ type: "service_account", project_id: project, private_key: "planted-private-key" });

/** What the providers say of what they made. */
function made({ type, name, object }: Registration): Record<string, unknown> {
  switch (type) {
    case "gcp:serviceaccount/account:Account": {
      const email = `${String(object.accountId)}@acme-dns.iam.gserviceaccount.com`;
      return { email, name: `projects/acme-dns/serviceAccounts/${email}`, member: `serviceAccount:${email}` };
    }
    case "gcp:projects/iAMCustomRole:IAMCustomRole":
      return { name: `projects/acme-dns/roles/${String(object.roleId)}` };
    case "gcp:serviceaccount/key:Key":
      return { privateKey: secretValue(base64(`key of ${name}`)) };
    case "gcp:dns/managedZone:ManagedZone":
      return { nameServers: ["ns1.example.net.", "ns2.example.net."] };
    case "cloudflare:index/apiToken:ApiToken":
    case "cloudflare:index/accountToken:AccountToken":
      return { value: secretValue(`token of ${name}`) };
    default:
      return {};
  }
}

const groups = {
  results: [
    { id: "other", name: "Zone Write", scopes: [] },
    { id: "group-dns", name: "DNS Write", scopes: [] },
    { id: "group-zone", name: "Zone Read", scopes: [] },
  ],
};

const functions: Record<string, (args: Record<string, unknown>) => Record<string, unknown>> = {
  "cloudflare:index/getApiTokenPermissionGroupsList:getApiTokenPermissionGroupsList": () => groups,
  "cloudflare:index/getAccountApiTokenPermissionGroupsList:getAccountApiTokenPermissionGroupsList": () => groups,
  "cloudflare:index/getZone:getZone": (args: Record<string, unknown>) => ({
    zoneId: `id-of-${(args.filter as { name: string }).name}`,
  }),
};

const providers = {
  gcp: "urn:pulumi:test::shop::pulumi:providers:gcp::google::11111111-1111-1111-1111-111111111111",
  cloudflare: "urn:pulumi:test::shop::pulumi:providers:cloudflare::cf::22222222-2222-2222-2222-222222222222",
};

const withClouds: ConstructOptions = {
  outputs: made,
  invoke: (token, args) => functions[token]!(args),
  customize: (request) =>
    Object.entries(providers).forEach(([name, reference]) => request.getProvidersMap().set(name, reference)),
};

const credentials: ConstructOptions = { ...withClouds, type: "certfleet:index:DnsCredentials", name: "dns" };
const issuers: ConstructOptions = { ...withClouds, type: "certfleet:index:Issuers", name: "issuers" };

/** "type name" of what is made at a cloud or in the cluster. */
const custom = ({ registrations }: Constructed): string[] =>
  registrations.filter((one) => one.custom).map(({ type, name }) => `${type} ${name}`);

const expiresOn = "2099-02-28T00:00:00Z";

describe("DnsCredentials over gRPC", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  it("makes a service account, its role, binding and key, and the Secret with the key", async () => {
    const inputs = { zones: ["example.com"], cloudDns: { project: "acme-dns" }, namespace: "shop" };
    const constructed = await construct(plugin, inputs, credentials);
    expect(custom(constructed).sort()).toEqual([
      "gcp:projects/iAMCustomRole:IAMCustomRole dns",
      "gcp:projects/iAMMember:IAMMember dns",
      "gcp:serviceaccount/account:Account dns",
      "gcp:serviceaccount/key:Key dns",
      "kubernetes:core/v1:Secret dns",
    ]);
    const { resources, state } = constructed;
    const { object: account } = resources.get("gcp:serviceaccount/account:Account dns")!;
    expect(account).toMatchObject({ project: "acme-dns" });
    expect(account.accountId).toMatch(/^dns-[0-9a-f]{8}$/);
    const { object: role } = resources.get("gcp:projects/iAMCustomRole:IAMCustomRole dns")!;
    expect(role.roleId).toMatch(/^dns_[0-9a-f]{8}$/);
    expect(role.permissions).toContain("dns.managedZones.list");
    const email = `${String(account.accountId)}@acme-dns.iam.gserviceaccount.com`;
    const binding = resources.get("gcp:projects/iAMMember:IAMMember dns")!;
    expect(binding.object).toEqual({
      project: "acme-dns",
      role: `projects/acme-dns/roles/${String(role.roleId)}`,
      member: `serviceAccount:${email}`,
    });
    const key = resources.get("gcp:serviceaccount/key:Key dns")!;
    expect(key.dependencies).toContain(binding.urn);
    expect(resources.get("kubernetes:core/v1:Secret dns")!.object).toMatchObject({
      metadata: { name: "cloud-dns-account-acme-dns", namespace: "shop" },
      data: secretValue({ "key.json": base64("key of dns") }),
    });
    expect(state).toMatchObject({
      secretName: "cloud-dns-account-acme-dns",
      secretKey: "key.json",
      serviceAccountEmail: email,
      solver: {
        selector: { dnsZones: ["example.com"] },
        dns01: {
          cloudDNS: {
            project: "acme-dns",
            serviceAccountSecretRef: { name: "cloud-dns-account-acme-dns", key: "key.json" },
          },
        },
      },
    });
  });

  it("grants rights in the managed zone alone where its name is known, or made", async () => {
    const named = { cloudDns: { project: "acme-dns", hostedZoneName: "shop" } };
    const given = await construct(plugin, named, credentials);
    const type = "gcp:dns/dnsManagedZoneIamMember:DnsManagedZoneIamMember dns";
    expect(given.resources.get(type)!.object).toMatchObject({ managedZone: "shop" });
    const { object: role } = given.resources.get("gcp:projects/iAMCustomRole:IAMCustomRole dns")!;
    expect(role.permissions).not.toContain("dns.managedZones.list");
    const created = { zones: ["example.com"], cloudDns: { project: "acme-dns", createZone: true } };
    const { resources, state } = await construct(plugin, created, credentials);
    const zone = resources.get("gcp:dns/managedZone:ManagedZone dns")!;
    expect(zone.object).toMatchObject({ name: "example-com", dnsName: "example.com.", project: "acme-dns" });
    expect(resources.get(type)!.object).toMatchObject({ managedZone: "example-com" });
    expect(resources.get(type)!.dependencies).toContain(zone.urn);
    expect(state).toMatchObject({
      nameServers: ["ns1.example.net.", "ns2.example.net."],
      solver: { dns01: { cloudDNS: { hostedZoneName: "example-com" } } },
    });
  });

  it("does without a key by workload identity", async () => {
    const inputs = { cloudDns: { project: "acme-dns", workloadIdentity: {} } };
    const constructed = await construct(plugin, inputs, credentials);
    expect(custom(constructed).filter((line) => /Key|Secret/.test(line))).toEqual([]);
    expect(constructed.resources.get("gcp:serviceaccount/iAMMember:IAMMember dns")!.object).toMatchObject({
      role: "roles/iam.workloadIdentityUser",
      member: "serviceAccount:acme-dns.svc.id.goog[cert-manager/cert-manager]",
    });
    expect(constructed.state.solver).toEqual({ dns01: { cloudDNS: { project: "acme-dns" } } });
    expect(constructed.state.secretName).toBeUndefined();
  });

  it("makes a token for its zones alone, by ids that are given, else looked up", async () => {
    const cloudflare = { token: { expiresOn }, zoneIds: { "b.example.com": "delegated" } };
    const { resources } = await construct(plugin, { zones: ["example.com", "b.example.com"], cloudflare }, credentials);
    expect(resources.get("cloudflare:index/apiToken:ApiToken dns")!.object).toEqual({
      name: "shop/test dns",
      expiresOn,
      policies: [
        {
          effect: "allow",
          permissionGroups: [{ id: "group-dns" }, { id: "group-zone" }],
          resources: JSON.stringify({
            "com.cloudflare.api.account.zone.delegated": "*",
            "com.cloudflare.api.account.zone.id-of-example.com": "*",
          }),
        },
      ],
    });
    expect(resources.get("kubernetes:core/v1:Secret dns")!.object).toMatchObject({
      metadata: { name: "cloudflare-token-dns", namespace: "cert-manager" },
      data: secretValue({ "api-token": base64("token of dns") }),
    });
  });

  it("makes an account's token where the account is named", async () => {
    const accountId = "0123456789abcdef0123456789abcdef";
    const inputs = { zones: ["example.com"], cloudflare: { token: { expiresOn, accountId } } };
    const { resources } = await construct(plugin, inputs, credentials);
    expect(resources.get("cloudflare:index/accountToken:AccountToken dns")!.object).toMatchObject({ accountId });
  });

  it("hands the explicit providers of both clouds to what is made there, and to what is looked up", async () => {
    const monitor = await startMonitor(plugin, withClouds);
    const inputs = {
      acme: acme(),
      challenges: [
        { zones: ["example.com"], cloudflare: { token: { expiresOn } } },
        { cloudDns: { project: "acme-dns", createZone: true }, zones: ["example.net"] },
      ],
    };
    const { registrations } = await construct(plugin, inputs, { ...issuers, monitor });
    for (const [name, reference] of Object.entries(providers)) {
      const children = registrations.filter(({ custom: real, type }) => real && type.startsWith(`${name}:`));
      expect(children.length).toBeGreaterThan(0);
      expect(new Set(children.map(({ provider }) => provider))).toEqual(new Set([reference]));
    }
    const asked = monitor.invocations.filter(({ token }) => token.startsWith("cloudflare:"));
    expect(asked).toHaveLength(2);
    expect(new Set(asked.map(({ provider }) => provider))).toEqual(new Set([providers.cloudflare]));
    const unversioned = registrations.filter(({ custom: real, version }) => real && !/^\d+\.\d+\.\d+/.test(version));
    expect(unversioned.map(({ urn }) => urn)).toEqual([]);
  });

  it("registers the same in a preview, where nothing of the clouds is known", async () => {
    const challenges = [
      { zones: ["example.com"], rotation: "2026-11", cloudflare: { token: { expiresOn } } },
      { zones: ["example.net"], rotation: "a", cloudDns: { project: "acme-dns", createZone: true } },
    ];
    const inputs = { acme: acme(), challenges };
    const up = await construct(plugin, inputs, issuers);
    const preview = await construct(plugin, inputs, { ...issuers, dryRun: true });
    expect(custom(preview).sort()).toEqual(custom(up).sort());
    const { object } = preview.resources.get("kubernetes:core/v1:Secret issuers-cloudflare-token-dns-2026-11")!;
    expect(JSON.stringify(object.data)).toContain(unknown);
  });
});

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
    const der = Buffer.from(pem, "base64")
      .toString()
      .replaceAll(/-----.*-----|\s/g, "");
    expect(Buffer.from(der, "base64").toString("latin1")).toMatch(/certfleet-2026-11-[0-9a-f]{8}\.example\.com/);
  });

  it("proves it at the custom directory where that is the account's", async () => {
    const directory = { url: "https://acme.example.org/directory" };
    const challenges = [{ ...cloudflareChallenge("main", ["example.com"]), rotation: "1" }];
    const inputs = { acme: acme({ directory }), challenges, dnsSecrets };
    const { resources } = await construct(plugin, inputs, issuers);
    const trial = resources.get("kubernetes:cert-manager.io/v1:ClusterIssuer issuers-cloudflare-main-1-dry-run")!;
    expect(trial.object.spec).toMatchObject({ acme: { server: directory.url } });
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
    const { dnsSecrets: _unused, ...inputs } = clusterInputs({ challenges } as never);
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
