import { describe, expect, it } from "vitest";
import { bindChallenge } from "../../../provider/dns";
import { acmeArgs, acmeIssuer, defaultEnvironment, usedEnvironments } from "../../../provider/issuers/acme";
import { acme, cloudflareChallenge } from "../../support/builders";
import { later, valueOf } from "../outputs";

const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const directory = { url: "https://acme.example.org/directory", caBundle: pem };
const tokenRef = (name: string) => ({ cloudflare: { apiTokenSecretRef: { name, key: "api-token" } } });
const challenges = [bindChallenge(cloudflareChallenge())];

const issuer = (name: string, spec: object) => ({
  apiVersion: "cert-manager.io/v1",
  kind: "ClusterIssuer",
  metadata: { name, labels: { "app.kubernetes.io/managed-by": "certfleet" } },
  spec: { acme: { privateKeySecretRef: { name: `${name}-account-key` }, ...spec } },
});

describe("acmeIssuer", () => {
  it.each([
    ["staging", "letsencrypt-staging", "https://acme-staging-v02.api.letsencrypt.org/directory"],
    ["production", "letsencrypt-production", "https://acme-v02.api.letsencrypt.org/directory"],
  ] as const)("orders from Let's Encrypt's directory: %s", (environment, name, server) => {
    expect(acmeIssuer(environment, acme({ directory }), challenges)).toEqual(
      issuer(name, {
        server,
        email: "ops@example.com",
        caBundle: undefined,
        solvers: [{ dns01: tokenRef("cloudflare-main") }],
      }),
    );
  });

  it("orders from a directory of one's own, and verifies its TLS against the given certificates", async () => {
    const { spec, ...manifest } = acmeIssuer("custom", acme({ directory }), challenges);
    const expected = issuer("acme", {
      server: directory.url,
      email: "ops@example.com",
      caBundle: Buffer.from(pem).toString("base64"),
      solvers: [{ dns01: tokenRef("cloudflare-main") }],
    });
    expect({ ...manifest, spec: await valueOf(spec) }).toEqual(expected);
  });

  it("takes a directory that is not known yet", async () => {
    const { spec } = acmeIssuer("custom", acme({ directory: { url: later(directory.url), caBundle: later(pem) } }), []);
    expect(await valueOf(spec)).toMatchObject({
      acme: { server: directory.url, caBundle: Buffer.from(pem).toString("base64"), solvers: [] },
    });
  });

  it("keeps the account's key in a Secret that is named after its rotation", () => {
    const { spec } = acmeIssuer("production", acme({ accountKeyRotation: "2026-11" }), []);
    expect(spec.acme).toMatchObject({ privateKeySecretRef: { name: "letsencrypt-production-account-key-2026-11" } });
  });

  it("orders by the profile of all environments, or of one", () => {
    const own = acme({ profile: "shortlived", issuers: { production: { profile: "classic" } } });
    expect(acmeIssuer("staging", own, []).spec.acme).toMatchObject({ profile: "shortlived" });
    expect(acmeIssuer("production", own, []).spec.acme).toMatchObject({ profile: "classic" });
  });

  it("leaves out a CA bundle and an e-mail address that are not given", async () => {
    const { spec } = acmeIssuer("custom", { directory: { url: directory.url } }, []);
    expect(JSON.parse(JSON.stringify(await valueOf(spec)))).toEqual({
      acme: { server: directory.url, privateKeySecretRef: { name: "acme-account-key" }, solvers: [] },
    });
  });

  it("selects each challenge by its zones, in the order given", () => {
    const several = [
      cloudflareChallenge("first", ["example.com", "example.net"]),
      cloudflareChallenge("second", ["shop.example.com"]),
      cloudflareChallenge("rest"),
    ].map(bindChallenge);
    const { spec } = acmeIssuer("staging", acme(), several);
    expect(spec.acme).toHaveProperty("solvers", [
      { selector: { dnsZones: ["example.com", "example.net"] }, dns01: tokenRef("cloudflare-first") },
      { selector: { dnsZones: ["shop.example.com"] }, dns01: tokenRef("cloudflare-second") },
      { dns01: tokenRef("cloudflare-rest") },
    ]);
  });
});

describe("environments", () => {
  it("are staging unless something else is said", () => {
    expect(defaultEnvironment({})).toBe("staging");
    expect(defaultEnvironment({ directory: { url: directory.url } })).toBe("custom");
    expect(defaultEnvironment({ directory: { url: directory.url }, environment: "production" })).toBe("production");
  });

  it("get an issuer once, in a fixed order, wherever they are named", () => {
    const domains = [{ environment: "staging" as const }, {}, { environment: "custom" as const }];
    expect(usedEnvironments({ environment: "production", additionalEnvironments: ["staging"] }, domains)).toEqual([
      "custom",
      "production",
      "staging",
    ]);
    expect(usedEnvironments({}, [])).toEqual(["staging"]);
  });
});

describe("args of the account", () => {
  it.each([
    [{ email: "nobody" }, "email", "must be an e-mail address"],
    [{ directory: { url: "http://acme.example.org" } }, "directory.url", "must be an https URL"],
    [{ directory: { url: "acme" } }, "directory.url", "must be an https URL"],
    [{ directory: { url: directory.url, caBundle: "MIIB" } }, "directory.caBundle", "in PEM form"],
  ])("are checked: %j", (value, path, rule) => {
    const [issue, ...others] = acmeArgs.safeParse(value).error!.issues;
    expect([issue!.path.join("."), others]).toEqual([path, []]);
    expect(issue!.message).toContain(rule);
  });
});
