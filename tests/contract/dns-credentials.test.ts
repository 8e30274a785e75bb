import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acme } from "../support/builders";
import { base64, credentials, custom, issuers, keyFile, providers, withClouds } from "./support/clouds";
import { construct, startMonitor, tryConstruct } from "./support/construct";
import { Plugin } from "./support/plugin";
import { propertyErrors, secretValue } from "./support/wire";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const zoneType = "gcp:dns/managedZone:ManagedZone";
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

  describe("a managed zone that is made", () => {
    const zones = ["made.example.com"];
    const cloudDns = { project: "acme-dns", createZone: true };
    const registered = async (challenges: object[]) => {
      const dnsSecrets = { key: keyFile("acme-dns") };
      const constructed = await construct(plugin, { acme: acme(), challenges, dnsSecrets }, issuers);
      return { ...constructed, made: constructed.registrations.filter(({ type }) => type === zoneType) };
    };

    it("is the same resource whatever credential works in it, and where there are several", async () => {
      const given = { zones, cloudDns: { ...cloudDns, secret: "key" } };
      const entries = [
        [{ zones, cloudDns }],
        [given],
        [{ zones, cloudDns: { ...cloudDns, existingSecret: { name: "kept" } } }],
        [{ zones, cloudDns: { ...cloudDns, workloadIdentity: {} } }],
        [{ zones, cloudDns, standby: true }, given],
      ];
      for (const challenges of entries) {
        const { made } = await registered(challenges);
        expect(made.map(({ urn }) => urn)).toEqual([
          `urn:pulumi:test::shop::certfleet:index:Issuers$${zoneType}::issuers-made.example.com_acme-dns`,
        ]);
      }
    });

    it("keeps the URN that it had when it was a child of its credential", async () => {
      const { made } = await registered([{ zones, cloudDns }]);
      const former = "issuers-cloud-dns-account-acme-dns-made-example-com";
      const aliases = made[0]!.request.getAliasesList().map((alias) => alias.getSpec()!);
      expect(aliases.map((spec) => [spec.getName(), spec.getParenturn()])).toEqual([
        [former, `urn:pulumi:test::shop::certfleet:index:Issuers$certfleet:index:DnsCredentials::${former}`],
      ]);
    });

    it("is there before a credential, a trial or an issuer needs it", async () => {
      const { made, resources } = await registered([
        { zones, rotation: "a", cloudDns: { ...cloudDns, secret: "key" } },
      ]);
      const trial = "kubernetes:cert-manager.io/v1:CertificateRequest issuers-cloud-dns-key-made-example-com-a-dry-run";
      const issuer = "kubernetes:cert-manager.io/v1:ClusterIssuer issuers-staging";
      for (const one of [trial, issuer]) expect(resources.get(one)!.dependencies).toContain(made[0]!.urn);
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

  it("writes into the Secret that it is told to, each rotation into one of its own", async () => {
    const inputs = { zones: ["example.com"], cloudflare: { token: { expiresOn } }, secretName: "mail-dns" };
    const secretOf = async (more: object) => {
      const { registrations, state } = await construct(plugin, { ...inputs, ...more }, credentials);
      const { object } = registrations.find(({ type }) => type === "kubernetes:core/v1:Secret")!;
      expect(JSON.stringify(state.solver)).toContain(`"name":"${String(state.secretName)}"`);
      return [(object.metadata as { name: string }).name, state.secretName];
    };
    expect(await secretOf({})).toEqual(["mail-dns", "mail-dns"]);
    expect(await secretOf({ rotation: "2026-11" })).toEqual(["mail-dns-2026-11", "mail-dns-2026-11"]);
  });

  it("refuses a name for a Secret that it does not write", async () => {
    const refused = async (inputs: object): Promise<unknown> => {
      const { error } = await tryConstruct(plugin, { secretName: "mail-dns", ...inputs }, credentials);
      return propertyErrors(error!);
    };
    const path = "secretName";
    expect(await refused({ cloudflare: { existingSecret: { name: "kept" } } })).toEqual([
      { path, reason: "has no effect with existingSecret, which has a name; leave it out" },
    ]);
    expect(await refused({ cloudDns: { project: "acme-dns", workloadIdentity: {} } })).toEqual([
      { path, reason: "has no effect with workloadIdentity, which has no Secret; leave it out" },
    ]);
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
    const asked = monitor.invocations;
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
