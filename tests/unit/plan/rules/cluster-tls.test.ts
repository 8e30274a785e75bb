import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusterTlsRules, type ClusterInputs } from "../../../../provider/plan/rules";
import { domainProblems } from "../../../../provider/plan/rules/domain";
import { domainScope } from "../../../../provider/plan/rules/scope";
import type { DomainArgs } from "../../../../provider/plan/domain";
import { acme, certificateOnly, cloudflareChallenge, clusterArgs, domain } from "../../../support/builders";
import { linesOf } from "../../problems";

const lines = (over: Partial<ClusterInputs>): string[] => linesOf(problemsOf(clusterArgs(over)));
/** Of args in which nothing is an Output that is known already. */
const problemsOf = (args: ClusterInputs) => clusterTlsRules(args, args, () => true);
const url = "https://acme.example.org/directory";

describe("clusterTlsRules", () => {
  it("finds none where there are none", () => {
    expect(lines({})).toEqual([]);
    expect(lines({ domains: [] })).toEqual([]);
  });

  it.each<[string, Partial<ClusterInputs>, string]>([
    [
      "production without a contact",
      { acme: { environment: "production" } },
      "acme.email: is missing: production needs a contact",
    ],
    [
      "one domain in production without a contact",
      { acme: {}, domains: [domain("a.example.com", { environment: "production" })] },
      "acme.email: is missing",
    ],
    [
      "custom without a directory",
      { acme: acme({ environment: "custom" }) },
      'acme.directory: is missing: environment "custom" needs',
    ],
    [
      "a directory that nothing uses",
      { acme: acme({ environment: "staging", directory: { url } }) },
      "acme.directory: is not used by any domain",
    ],
    [
      "a secret that is near another",
      { challenges: [cloudflareChallenge("mian")] },
      'challenges[0].cloudflare.secret: "mian" is no key of dnsSecrets; did you mean "main"?',
    ],
    [
      "a secret that is near none",
      { challenges: [cloudflareChallenge("other")] },
      'challenges[0].cloudflare.secret: "other" is no key of dnsSecrets; add it there, or name one of its keys (main)',
    ],
    ["no secrets at all", { dnsSecrets: undefined }, "(it has none)"],
    [
      "a secret that is named as every object's constructor",
      { challenges: [cloudflareChallenge("constructor")] },
      'challenges[0].cloudflare.secret: "constructor" is no key',
    ],
    [
      "a host twice",
      { domains: [domain("a.example.com"), domain("b.example.com"), domain("a.example.com")] },
      'domains[2].host: "a.example.com" is the host of domains[0] already',
    ],
    [
      "a domain without a backend",
      { domains: [{ host: "a.example.com" }] },
      "domains[0].backend: is missing: there is nothing to route to",
    ],
    ["no GatewayClass", { defaults: {} }, "domains[0].route.gatewayApi.gatewayClassName: is missing"],
    [
      "a host outside of all zones",
      { challenges: [cloudflareChallenge("main", ["example.net", "example.org"])], domains: [domain("a.example.com")] },
      'domains[0].host: "a.example.com" lies in none of the zones of challenges (example.net, example.org)',
    ],
    [
      "a certificate of a host that is not there",
      { domains: [domain("a.example.com", { certificateFrom: "*.example.com" })] },
      'domains[0].certificateFrom: "*.example.com" is not the host of a domain',
    ],
    [
      "a certificate of its own host",
      { domains: [domain("a.example.com", { certificateFrom: "a.example.com" })] },
      'domains[0].certificateFrom: "a.example.com" is not the host of a domain',
    ],
    [
      "a certificate in another namespace",
      {
        domains: [
          domain("a.example.com", { certificateFrom: "*.example.com" }),
          certificateOnly("*.example.com", { namespace: "other" }),
        ],
      },
      'domains[0].certificateFrom: the certificate of "*.example.com" is in namespace "other", and a Gateway in "cafe" cannot read it',
    ],
  ])("finds %s", (_case, over, expected) => {
    expect(lines(over)[0]).toContain(expected);
  });

  it("reports a host outside of all zones only if it needs a certificate of its own", () => {
    const challenges = [cloudflareChallenge("main", ["apps.example.com"])];
    const domains = [
      certificateOnly("*.apps.example.com"),
      domain("a.apps.example.com", { certificateFrom: "*.apps.example.com" }),
    ];
    expect(lines({ challenges, domains })).toEqual([]);
    expect(lines({ challenges: [...challenges, cloudflareChallenge()], domains: [domain("a.example.com")] })).toEqual(
      [],
    );
  });

  it("does not take a default for a domain's own contradiction", () => {
    const defaults = { ...clusterArgs().defaults, redirect: true };
    expect(lines({ defaults, domains: [certificateOnly("*.apps.example.com")] })).toEqual([]);
  });

  it("asks no GatewayClass for a domain that names its own", () => {
    const route = { gatewayApi: { gatewayClassName: pulumi.output("later") } };
    expect(lines({ defaults: {}, domains: [domain("a.example.com", { route })] })).toEqual([]);
  });

  it("cannot compare namespaces that are not known yet", () => {
    const shared = domain("a.example.com", { certificateFrom: "*.example.com", namespace: pulumi.output("late") });
    expect(lines({ domains: [shared, certificateOnly("*.example.com")] })).toEqual([]);
  });

  it("accepts secrets that are not known yet", () => {
    expect(lines({ dnsSecrets: pulumi.secret({ main: "token" }) })).toEqual([]);
    expect(lines({ dnsSecrets: pulumi.secret({ other: "token" }) })).toEqual([]);
  });

  it("finds them all at once", () => {
    const found = lines({
      acme: { environment: "production" },
      challenges: [cloudflareChallenge("other")],
      defaults: {},
      domains: [{ host: "a.example.com" }, certificateOnly("b.example.com"), domain("a.example.com")],
    });
    expect(found.map((line) => line.split(":")[0])).toEqual([
      "acme.email",
      "challenges[0].cloudflare.secret",
      "domains[2].host",
      "domains[0].backend",
      "domains[0].route.gatewayApi.gatewayClassName",
      "domains[2].route.gatewayApi.gatewayClassName",
    ]);
  });

  it("finds the same in any order of the domains", () => {
    const pool = [
      domain("a.example.com"),
      { host: "b.example.com" },
      domain("c.example.com", { certificateFrom: "*.example.com" }),
      domain("d.other.com", { environment: "production" }),
      certificateOnly("*.example.com", { redirect: true }),
      domain("e.example.com", { createNamespace: true, namespace: pulumi.output("late") }),
    ];
    const found = (domains: typeof pool): string[] =>
      problemsOf(clusterArgs({ acme: {}, challenges: [cloudflareChallenge("main", ["example.com"])], domains }))
        .map(({ path, reason }) =>
          [...path.map((key) => (typeof key === "number" ? domains[key]!.host : String(key))), reason].join(" "),
        )
        .sort();
    expect(found(pool).length).toBeGreaterThan(4);
    fc.assert(
      fc.property(fc.shuffledSubarray(pool, { minLength: pool.length }), (domains) => {
        expect(found(domains)).toEqual(found(pool));
      }),
    );
  });
});

describe("domainProblems", () => {
  it.each<[string, DomainArgs, string[]]>([
    ["a certificate alone", certificateOnly("a.example.com"), []],
    ["a backend", domain("a.example.com"), []],
    [
      "a route for a certificate alone",
      certificateOnly("a.example.com", { route: {}, redirect: true, backend: { service: "a", port: 80 } }),
      ["backend", "route", "redirect"],
    ],
    [
      "a certificate alone, of another",
      certificateOnly("a.example.com", { certificateFrom: "*.example.com" }),
      ["certificateFrom"],
    ],
    ["a namespace to make that has no name", domain("a.example.com", { createNamespace: true }), ["namespace"]],
    [
      "a namespace to make whose name is not known",
      domain("a.example.com", { createNamespace: true, namespace: pulumi.output("late") }),
      ["namespace"],
    ],
    ["a namespace to make", domain("a.example.com", { createNamespace: true, namespace: "cafe" }), []],
  ])("%s", (_case, args, paths) => {
    expect(linesOf(domainProblems(domainScope(args, args, () => true))).map((line) => line.split(":")[0])).toEqual(
      paths,
    );
  });
});
