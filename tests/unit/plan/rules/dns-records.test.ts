import { describe, expect, it } from "vitest";
import type { ChallengeArgs } from "../../../../provider/dns";
import { clusterTlsRules, tlsDomainRules, type ClusterInputs } from "../../../../provider/plan/rules";
import { certificateOnly, cloudflareChallenge, clusterArgs, domain } from "../../../support/builders";
import { linesOf } from "../../problems";

const recorded = (host: string, over = {}) => domain(host, { dnsRecord: true, ...over });
const cloudDns = (over = {}): ChallengeArgs => ({
  zones: ["example.com"],
  cloudDns: { project: "acme-prod", createZone: false, existingSecret: { name: "clouddns", key: "key.json" }, ...over },
});
const named = cloudflareChallenge("main", ["example.com"]);
const zone = { name: "example.com", cloudflare: {} };

function lines(over: Partial<ClusterInputs>, sound = (): boolean => true): string[] {
  const args = clusterArgs({ challenges: [named], domains: [recorded("tea.example.com")], ...over });
  return linesOf(clusterTlsRules(args, args, sound));
}

describe("the rules on DNS records", () => {
  it.each<[string, Partial<ClusterInputs>]>([
    ["a zone of challenges", {}],
    [
      "a zone that is named",
      { challenges: [cloudflareChallenge()], domains: [recorded("tea.example.com", { dnsZone: zone })] },
    ],
    ["a managed zone", { challenges: [cloudDns({ hostedZoneName: "example-com" })] }],
    ["a managed zone that is made", { challenges: [cloudDns({ createZone: true })] }],
    [
      "defaults that one domain does not use",
      {
        challenges: [cloudflareChallenge()],
        defaults: { ...clusterArgs().defaults!, dnsRecord: true, dnsRecordSettings: { proxied: true } },
        domains: [domain("tea.example.com", { dnsRecord: false }), certificateOnly("*.example.com")],
      },
    ],
    [
      "no ACME issuers at all",
      {
        acme: undefined,
        challenges: undefined,
        domains: [
          recorded("tea.example.com", {
            dnsZone: zone,
            issuer: { name: "own", kind: "ClusterIssuer", group: "cert-manager.io" },
          }),
        ],
      },
    ],
  ])("take %s", (_case, over) => {
    expect(lines(over)).toEqual([]);
  });

  it.each<[string, Partial<ClusterInputs>, string]>([
    [
      "an entry without zones",
      { challenges: [cloudflareChallenge()] },
      'domains[0].dnsRecord: needs the zone of "tea.example.com", and challenges[0], which serves it, names no zones; add the zone to challenges[0].zones, or set dnsZone',
    ],
    [
      "a kind that makes no records",
      { challenges: [{ zones: ["example.com"], rfc2136: { nameserver: "192.0.2.53" } }] },
      'domains[0].dnsRecord: needs a DNS provider that makes records, and challenges[0], which serves "tea.example.com", is of the kind rfc2136, which only proves names; set dnsZone with one of cloudflare, cloudDns, or leave out dnsRecord',
    ],
    [
      "a managed zone that is not named",
      { challenges: [cloudDns()] },
      'domains[0].dnsRecord: needs the managed zone of "example.com"; set challenges[0].cloudDns.hostedZoneName (gcloud dns managed-zones list), or set dnsZone',
    ],
    [
      "no challenges",
      {
        acme: undefined,
        challenges: undefined,
        domains: [
          recorded("tea.example.com", { issuer: { name: "own", kind: "ClusterIssuer", group: "cert-manager.io" } }),
        ],
      },
      'domains[0].dnsRecord: needs the zone of "tea.example.com", and no entry of challenges serves it; set dnsZone, or leave out dnsRecord',
    ],
    [
      "a zone that does not hold the host",
      { domains: [recorded("tea.example.com", { dnsZone: { ...zone, name: "ea.example.com" } })] },
      'domains[0].dnsZone.name: "ea.example.com" does not hold "tea.example.com"; name the zone that does, or leave it out',
    ],
    [
      "a default zone that does not hold one host",
      { defaults: { ...clusterArgs().defaults!, dnsZone: { ...zone, name: "example.org" } } },
      'defaults.dnsZone.name: "example.org" does not hold "tea.example.com"',
    ],
    [
      "a record without a route",
      { domains: [certificateOnly("tea.example.com", { dnsRecord: true })] },
      "domains[0].dnsRecord: has no effect with certificateOnly: true; leave one of them out",
    ],
    [
      "settings without a record",
      { domains: [domain("tea.example.com", { dnsRecordSettings: { ttlSeconds: 60 } })] },
      "domains[0].dnsRecordSettings: has no effect without dnsRecord: true; set that, or leave it out",
    ],
    [
      "a zone without a record",
      { domains: [domain("tea.example.com", { dnsZone: zone })] },
      "domains[0].dnsZone: has no effect without dnsRecord: true",
    ],
    [
      "a proxy that Cloud DNS has not",
      {
        challenges: [cloudDns({ hostedZoneName: "example-com" })],
        defaults: { ...clusterArgs().defaults!, dnsRecordSettings: { proxied: true } },
      },
      "defaults.dnsRecordSettings.proxied: has no effect: Cloud DNS does not proxy; leave it out",
    ],
    [
      "a wait for what a proxy hides",
      { domains: [recorded("tea.example.com", { waitForDns: true, dnsRecordSettings: { proxied: true } })] },
      "domains[0].waitForDns: is of no use with dnsRecordSettings.proxied: true, for the host then resolves to Cloudflare's addresses; leave one of them out",
    ],
    [
      "a wait without a route",
      { domains: [certificateOnly("tea.example.com", { waitForDns: true })] },
      "domains[0].waitForDns: has no effect with certificateOnly: true; leave one of them out",
    ],
    [
      "a time to live of a proxied record",
      { domains: [recorded("tea.example.com", { dnsRecordSettings: { proxied: true, ttlSeconds: 60 } })] },
      "domains[0].dnsRecordSettings.ttlSeconds: has no effect with proxied: true",
    ],
    [
      "a time to live that Cloudflare refuses",
      { domains: [recorded("tea.example.com", { dnsRecordSettings: { ttlSeconds: 5 } })] },
      "domains[0].dnsRecordSettings.ttlSeconds: 5 is no time to live that Cloudflare takes; set it to 30 to 86400 seconds, or leave it out",
    ],
  ])("name %s", (_case, over, expected) => {
    expect(lines(over)).toEqual([expect.stringContaining(expected)]);
  });

  it("judge by no challenges that are malformed", () => {
    const sound = (path: readonly PropertyKey[] = []) => path[0] !== "challenges";
    expect(lines({ challenges: [cloudflareChallenge()] }, sound)).toEqual([]);
  });

  it("ask a domain alone for its zone", () => {
    const platform = { issuers: { staging: "letsencrypt-staging" }, environment: "staging" as const };
    const route = { gatewayApi: { gatewayClassName: "traefik" } };
    const of = (over: object) => {
      const args = { ...recorded("tea.example.com", { route, ...over }), platform };
      return linesOf(tlsDomainRules(args, args, () => true));
    };
    expect(of({})).toEqual([
      "dnsZone: is missing: with dnsRecord: true a TlsDomain must know the zone; set dnsZone.name and one of dnsZone.cloudflare and dnsZone.cloudDns",
    ]);
    expect(of({ dnsZone: zone })).toEqual([]);
    expect(of({ dnsZone: { ...zone, name: "example.org" } })).toEqual([expect.stringContaining("dnsZone.name")]);
  });
});
