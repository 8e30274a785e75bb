import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindChallenge, challengeArgs } from "../../../provider/dns";
import { isKeyOf, isServiceAccountKey } from "../../../provider/dns/cloud-dns/key";
import { accountEmail, accountIdOf, roleIdOf, zoneName } from "../../../provider/dns/cloud-dns/names";
import { dnsPermissions } from "../../../provider/dns/cloud-dns/permissions";
import { groupIds, zoneResources } from "../../../provider/dns/cloudflare/policy";
import { linesOf } from "../problems";

const problems = (value: unknown): string[] =>
  linesOf((challengeArgs.safeParse(value).error?.issues ?? []).map(({ path, message }) => ({ path, reason: message })));

const bind = (value: object): ReturnType<typeof bindChallenge> => bindChallenge(challengeArgs.parse(value));

const project = "acme-dns";

describe("a Cloud DNS challenge", () => {
  it("draws on a service account that is made where it says nothing else", () => {
    const { credential, solver } = bind({ rotation: "2026-11", cloudDns: { project } });
    const secretRef = { name: "cloud-dns-account-acme-dns-2026-11", key: "key.json" };
    expect(credential).toEqual({ source: "made", name: "cloud-dns-account-acme-dns", secretRef });
    expect(solver).toEqual({ cloudDNS: { project, serviceAccountSecretRef: secretRef } });
  });

  it.each([
    [{ secret: "key" }, "given", "cloud-dns-key"],
    [{ existingSecret: { name: "theirs" } }, "existing", "cloud-dns-existing-theirs"],
    [{ workloadIdentity: {} }, "keyless", "cloud-dns-account-acme-dns"],
    [{ hostedZoneName: "shop" }, "made", "cloud-dns-account-acme-dns-shop"],
    [{ createZone: true }, "made", "cloud-dns-account-acme-dns-example-com"],
    [{ createZone: true, secret: "key" }, "given", "cloud-dns-key-example-com"],
  ])("%j has a %s credential named %s", (args, source, name) => {
    const { credential } = bind({ zones: ["example.com"], cloudDns: { project, ...args } });
    expect(credential).toMatchObject({ source, name });
  });

  it("names the managed zone in its solver where it knows it, and no Secret where it has no key", () => {
    expect(bind({ cloudDns: { project, hostedZoneName: "shop", workloadIdentity: {} } }).solver).toEqual({
      cloudDNS: { project, hostedZoneName: "shop" },
    });
  });

  it("says what contradicts itself", () => {
    const all = { project, secret: "a", existingSecret: { name: "b" }, serviceAccount: {}, createZone: true };
    expect(problems({ zones: ["example.com"], cloudDns: { ...all, hostedZoneName: "shop" } })).toEqual([
      "cloudDns: has several credentials (secret, existingSecret); leave out all but one, or all to have one made",
      "cloudDns.serviceAccount: has no effect with secret, for no service account is made; leave it out",
      "cloudDns.hostedZoneName: is a managed zone that exists, and createZone makes one; leave one of them out",
    ]);
  });

  it.each(["Acme", "123456789012", "acme", "acme_dns"])("refuses %j as a project's id", (wrong) => {
    expect(problems({ cloudDns: { project: wrong } })[0]).toMatch(/^cloudDns\.project: must be a project id/);
  });

  it("takes a project of a domain", () => {
    expect(bind({ cloudDns: { project: "example.com:dns-zones" } }).credential.name).toBe(
      "cloud-dns-account-example-com-dns-zones",
    );
    expect(accountEmail("solver", "example.com:dns-zones")).toBe(
      "solver@dns-zones.example.com.iam.gserviceaccount.com",
    );
  });
});

describe("names at Google Cloud", () => {
  const makers = fc.record({ project: fc.string(), stack: fc.string(), component: fc.string({ minLength: 1 }) });

  it("are such as Google takes, whatever the component's name", () => {
    fc.assert(
      fc.property(makers, (maker) => {
        expect(accountIdOf(maker)).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
        expect(roleIdOf(maker)).toMatch(/^[a-zA-Z0-9_.]{3,64}$/);
      }),
    );
  });

  it("differ between stacks and components", () => {
    const maker = { project: "shop", stack: "production", component: "edge" };
    const others = [
      { ...maker, stack: "staging" },
      { ...maker, component: "edge-2" },
      { ...maker, project: "blog" },
    ];
    expect(new Set([maker, ...others].map(accountIdOf)).size).toBe(4);
    expect(accountIdOf({ ...maker })).toBe(accountIdOf(maker));
  });

  it("of zones are unique", () => {
    const zones = ["a.b.example.com", "a-b.example.com", "1st.example.com", `${"a".repeat(60)}.example.com`];
    const names = zones.map(zoneName);
    expect(names[0]).toBe("a-b-example-com");
    expect(new Set(names).size).toBe(zones.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]{0,61}[a-z0-9]$/);
  });
});

describe("rights", () => {
  it("are those that cert-manager's own solver was seen to need, each of them, and no others", () => {
    // The lab's Go test takes one permission after the other away from the solver, and something named fails each time.
    const file = join(__dirname, "..", "..", "lab/tools/world/edge/google/clouddns/solver_test.go");
    const list = /zonePermissions = \[\]string\{(.*?)\}/s.exec(readFileSync(file, "utf8"))![1]!;
    const needed = [...list.matchAll(/"([^"]+)"/g)].map(([, permission]) => permission);
    expect(dnsPermissions("shop")).toEqual(needed);
  });

  it("hold no list of zones where the zone is known", () => {
    const [named, anywhere] = [dnsPermissions("shop"), dnsPermissions(undefined)];
    expect(anywhere.filter((one) => !named.includes(one))).toEqual(["dns.managedZones.list"]);
  });

  it("of a token are for its zones alone, in an order of its own", () => {
    expect(zoneResources(["b", "a", "b"])).toBe(
      '{"com.cloudflare.api.account.zone.a":"*","com.cloudflare.api.account.zone.b":"*"}',
    );
    const known = [
      { id: "1", name: "Zone Read" },
      { id: "2", name: "DNS Write" },
    ];
    expect(groupIds(known)).toEqual([{ id: "2" }, { id: "1" }]);
    expect(() => groupIds(known.slice(1))).toThrow('has no permission group "Zone Read"');
  });
});

describe("a service account's key", () => {
  it.each([
    ["no JSON", "planted"],
    ["no object", "null"],
    ["another type", '{"type":"authorized_user"}'],
  ])("is not %s", (_what, text) => {
    expect(isServiceAccountKey(text)).toBe(false);
  });

  it("is JSON of its type, of one project", () => {
    const key = JSON.stringify({ type: "service_account", project_id: project });
    expect([isServiceAccountKey(key), isKeyOf(key, project), isKeyOf(key, "other")]).toEqual([true, true, false]);
  });
});
