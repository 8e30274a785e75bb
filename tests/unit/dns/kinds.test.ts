import { describe, expect, it } from "vitest";
import { bindChallenge, challengeArgs, kindNames, type KindName } from "../../../provider/dns";
import { challengeProblems } from "../../../provider/plan/rules/challenges";
import { solverCases, solverEntry } from "../../support/solvers";
import { linesOf } from "../problems";

const entryProblems = (value: unknown): string[] =>
  linesOf((challengeArgs.safeParse(value).error?.issues ?? []).map(({ path, message }) => ({ path, reason: message })));

/** What the rules say of one entry, with these secrets. */
const ruleProblems = (entry: object, dnsSecrets: object = {}): string[] =>
  linesOf(challengeProblems([challengeArgs.parse(entry)], dnsSecrets, () => true));

describe("the kinds of challenge", () => {
  it("all have a case here and in the story solvers", () => {
    expect(Object.keys(solverCases).sort()).toEqual(kindNames);
  });

  describe.each(kindNames)("%s", (kind) => {
    const { fragment, secret, forms = [] } = solverCases[kind];

    it.each([fragment, ...forms])(
      "takes %j, and says it under one key of dns01, beside the strategy for CNAMEs",
      (form) => {
        const entry = solverEntry(kind, form, { cnameStrategy: "Follow" });
        expect(entryProblems(entry)).toEqual([]);
        const bound = bindChallenge(challengeArgs.parse(entry));
        expect(bound.kind).toBe(kind);
        expect(bound.solver.cnameStrategy).toBe("Follow");
        expect(Object.keys(bound.solver)).toHaveLength(2);
        expect(bindChallenge(challengeArgs.parse(solverEntry(kind, form))).solver).not.toHaveProperty("cnameStrategy");
      },
    );

    it("draws on a Secret of each rotation's own, or refuses one", () => {
      const entry = solverEntry(kind, fragment, { rotation: "2026-11" });
      const { credential, solver } = bindChallenge(challengeArgs.parse(entry));
      const problems = ruleProblems(entry, { [String(fragment.secret)]: secret });
      if (secret === undefined) {
        expect(problems).toEqual([expect.stringContaining("writes no credential")]);
        return;
      }
      expect(problems).toEqual([]);
      expect(credential.source).toBe("given");
      expect(credential.secretRef!.name).toMatch(/-2026-11$/);
      expect(JSON.stringify(solver)).toContain(JSON.stringify(credential.secretRef!.name));
    });

    it("names a secret that dnsSecrets does not hold", () => {
      if (secret === undefined) return;
      expect(ruleProblems(solverEntry(kind, fragment))).toEqual([
        expect.stringContaining(`challenges[0].${kind}.secret: "${String(fragment.secret)}" is no key of dnsSecrets`),
      ]);
    });
  });
});

describe("the credential of a kind", () => {
  it.each<[KindName, string]>([
    ["acmeDns", "does not hold accounts of ACME-DNS"],
    ["cloudDns", "does not hold a service account's key"],
    ["rfc2136", "does not hold a TSIG key's secret"],
  ])("of %s is looked at: %s", (kind, reason) => {
    const { fragment } = solverCases[kind];
    for (const value of ["{}", "not: anything", '"x"']) {
      const problems = ruleProblems(solverEntry(kind, fragment), { [String(fragment.secret)]: value });
      expect(problems.join()).toContain(reason);
      expect(problems.join()).not.toContain(value);
    }
  });
});

const azure = { subscriptionId: "1".repeat(8) + "-1111-1111-1111-" + "1".repeat(12), resourceGroupName: "dns" };
const id = azure.subscriptionId;
const tsig = { nameserver: "192.0.2.53" };

describe("what a kind refuses", () => {
  it.each<[KindName, object, string]>([
    ["route53", { secret: "a" }, "route53: needs accessKeyId and one of secret and existingSecret together"],
    ["route53", { accessKeyId: "AKIAIOSFODNN7EXAMPLE" }, "and has only accessKeyId"],
    ["route53", { serviceAccountRef: { name: "dns" } }, "route53.role: is missing"],
    ["route53", { role: "dns" }, "route53.role: must be the ARN of a role"],
    [
      "route53",
      {
        accessKeyId: "AKIAIOSFODNN7EXAMPLE",
        secret: "a",
        role: "arn:aws:iam::123456789012:role/dns",
        serviceAccountRef: { name: "dns" },
      },
      "route53.serviceAccountRef: is another identity than that of accessKeyId and secret",
    ],
    ["azureDns", { ...azure, clientId: id, secret: "a" }, "and has only clientId and secret"],
    ["azureDns", { ...azure, subscriptionId: "mine" }, "azureDns.subscriptionId: must be an id such as"],
    [
      "azureDns",
      { ...azure, clientId: id, tenantId: id, secret: "a", managedIdentity: {} },
      "azureDns.managedIdentity: is another identity than that of clientId and tenantId and secret",
    ],
    ["azureDns", { ...azure, managedIdentity: { clientId: id, resourceId: "r" } }, "names the identity twice"],
    ["azureDns", { ...azure, managedIdentity: { tenantId: id } }, "managedIdentity.tenantId: has no effect without"],
    ["rfc2136", { ...tsig, secret: "a" }, "rfc2136: has secret, but no name of the TSIG key"],
    ["rfc2136", { ...tsig, tsigAlgorithm: "HMACSHA1" }, "rfc2136: has tsigAlgorithm, but no name of the TSIG key"],
    ["rfc2136", { ...tsig, tsigKeyName: "k" }, "rfc2136: needs the secret of the TSIG key"],
    ["rfc2136", { nameserver: "2001:db8::1" }, "rfc2136.nameserver: must be an address or hostname"],
    ["rfc2136", { nameserver: "192.0.2.1:0" }, "rfc2136.nameserver: must be an address or hostname"],
    ["rfc2136", { nameserver: "[ns.example.com]" }, "rfc2136.nameserver: must be an address or hostname"],
    ["acmeDns", { host: "https://auth.example" }, "acmeDns: needs its credential"],
    [
      "acmeDns",
      { host: "https://auth.example", secret: "a", existingSecret: { name: "b" } },
      "acmeDns: has its credential twice",
    ],
    ["acmeDns", { host: "auth.example", secret: "a" }, "acmeDns.host: must be the https or http URL"],
    ["raw", { spec: {} }, "raw.spec: must hold exactly one DNS provider"],
    ["raw", { spec: { cnameStrategy: "Follow" } }, "raw.spec: must name a DNS provider; cnameStrategy"],
    ["webhook", { groupName: "acme.example.com" }, "webhook.solverName: "],
  ])("%s %j", (kind, fragment, reason) => {
    expect(entryProblems({ [kind]: fragment }).join("\n")).toContain(reason);
  });
});
