import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { clusterIssuer } from "../../../../provider/plan/issuer-reference";
import { clusterTlsRules, type ClusterInputs } from "../../../../provider/plan/rules";
import { acme, certificateOnly, cloudflareChallenge, clusterArgs, domain } from "../../../support/builders";
import { linesOf } from "../../problems";

const sound = () => true;
const linesFor = (over: Partial<ClusterInputs>): string[] => {
  const args = clusterArgs(over);
  return linesOf(clusterTlsRules(args, args, sound));
};
const route = { gatewayApi: { gatewayClassName: "traefik" } };
const named = clusterIssuer("corporate");
const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}.example.com`);
const long = `${`${"a".repeat(49)}.`.repeat(4)}${"a".repeat(34)}.com`;

describe("what certificates are asked of is said exactly:", () => {
  it.each<[string, Partial<ClusterInputs>, string[]]>([
    [
      "no account and no challenges, but a domain that needs them",
      { acme: undefined, challenges: undefined },
      [
        'acme: is missing: "tea.example.com" draws on an ACME environment; set it, or give the domain an issuer that exists already',
        'challenges: is missing: "tea.example.com" draws on an ACME environment; set it, or give the domain an issuer that exists already',
      ],
    ],
    [
      "half of what issuers need",
      { challenges: undefined, domains: [domain("a.example.com", { issuer: named })] },
      ["challenges: is missing: acme and challenges need each other; give both or none"],
    ],
    [
      "nothing, where every domain has an issuer of its own, or another's certificate",
      {
        acme: undefined,
        challenges: undefined,
        dnsSecrets: undefined,
        defaults: { issuer: named, route },
        domains: [certificateOnly("*.example.com"), domain("a.example.com", { certificateFrom: "*.example.com" })],
      },
      [],
    ],
    [
      "an issuer beside an environment, of a domain and of the defaults",
      {
        defaults: { issuer: named, environment: "staging", route },
        domains: [
          domain("a.example.com"),
          domain("b.example.com"),
          domain("c.example.com", { issuer: named, environment: "staging" }),
        ],
      },
      [
        "defaults.environment: stands beside issuer, and a certificate has one issuer only; leave one of them out",
        "defaults.environment: stands beside issuer, and a certificate has one issuer only; leave one of them out",
        "domains[2].environment: stands beside issuer, and a certificate has one issuer only; leave one of them out",
      ],
    ],
    [
      "an issuer that is made here",
      { domains: [domain("a.example.com", { issuer: clusterIssuer("letsencrypt-staging") })] },
      ['domains[0].issuer.name: "letsencrypt-staging" is made here; leave out issuer and set environment to "staging"'],
    ],
    [
      "a kind that cert-manager does not have",
      { domains: [domain("a.example.com", { issuer: { ...named, kind: "AWSPCAIssuer" } })] },
      [
        'domains[0].issuer.kind: "AWSPCAIssuer" is no kind of cert-manager.io, which has ClusterIssuer and Issuer; an external issuer needs its API group as issuer.group',
      ],
    ],
    [
      "sizes that an algorithm does not have",
      {
        defaults: { privateKey: { algorithm: "ECDSA", size: 2048 }, route },
        domains: [
          domain("a.example.com"),
          domain("b.example.com", { privateKey: { algorithm: "RSA", size: 256 } }),
          domain("c.example.com", { issuer: named, privateKey: { algorithm: "Ed25519", size: 256 } }),
        ],
      },
      [
        "defaults.privateKey.size: 2048 is no size of ECDSA keys; set it to one of 256, 384, 521",
        "domains[1].privateKey.size: 256 is no size of RSA keys; set it to one of 2048, 3072, 4096",
        "domains[2].privateKey.size: has no effect: a key of Ed25519 has one size only; leave it out",
      ],
    ],
    [
      "keys that Let's Encrypt refuses, where it is the issuer",
      {
        acme: acme({ directory: { url: "https://acme.example.org/directory" } }),
        domains: [
          domain("a.example.com", { privateKey: { algorithm: "Ed25519" } }),
          domain("b.example.com", { privateKey: { algorithm: "Ed25519" }, environment: "staging" }),
          domain("c.example.com", { privateKey: { algorithm: "ECDSA", size: 521 }, environment: "production" }),
          domain("d.example.com", { privateKey: { algorithm: "ECDSA", size: 521 }, issuer: named }),
        ],
      },
      [
        'domains[1].privateKey.algorithm: "Ed25519" is refused by Let\'s Encrypt; set it to ECDSA or RSA',
        "domains[2].privateKey.size: 521 is refused by Let's Encrypt for ECDSA; set it to 256 or 384",
      ],
    ],
    [
      "Let's Encrypt by its URL",
      {
        acme: acme({ directory: { url: "https://acme-v02.api.letsencrypt.org/directory" } }),
        domains: [domain("a.example.com", { privateKey: { algorithm: "Ed25519" } })],
      },
      ['domains[0].privateKey.algorithm: "Ed25519" is refused by Let\'s Encrypt; set it to ECDSA or RSA'],
    ],
    [
      "names that stand twice",
      {
        domains: [domain("a.example.com", { additionalDnsNames: ["b.example.com", "a.example.com", "b.example.com"] })],
      },
      [
        'domains[0].additionalDnsNames[1]: "a.example.com" is a name of the certificate already; leave it out',
        'domains[0].additionalDnsNames[2]: "b.example.com" is a name of the certificate already; leave it out',
      ],
    ],
    ["as many names as there may be", { domains: [domain("a.example.com", { additionalDnsNames: names(99) })] }, []],
    [
      "a name too many",
      { domains: [domain("a.example.com", { additionalDnsNames: names(100) })] },
      [
        "domains[0].additionalDnsNames: makes 101 names with the host, and a certificate has at most 100; make a second domain",
      ],
    ],
    [
      "a name that a wildcard beside it covers",
      { domains: [domain("a.example.com", { additionalDnsNames: ["*.example.com", "example.com"] })] },
      [
        'domains[0].host: "a.example.com" is covered by "*.example.com" of the same certificate, and Let\'s Encrypt refuses such an order; leave out one of them',
      ],
    ],
    [
      "further names outside of all zones",
      {
        challenges: [cloudflareChallenge("main", ["example.com"])],
        domains: [
          domain("a.example.com", { additionalDnsNames: ["a.example.net"] }),
          domain("b.example.org", { issuer: named }),
        ],
      },
      [
        'domains[0].additionalDnsNames[0]: "a.example.net" lies in none of the zones of challenges (example.com); add its zone there, or an entry without zones',
      ],
    ],
    [
      "a name that leaves no room for the challenge's record",
      { domains: [domain(long), domain(`b${long.slice(2)}`), domain(`c${long.slice(1)}`, { issuer: named })] },
      [
        "domains[0].host: is longer than 237 characters, so that the record _acme-challenge before it would be longer than 253 (RFC 8555 8.4)",
      ],
    ],
    [
      "two challenges for one zone, and two for all others",
      {
        challenges: [
          cloudflareChallenge("main", ["example.com"]),
          cloudflareChallenge("main", ["example.net", "example.com"]),
          cloudflareChallenge(),
          cloudflareChallenge(),
        ],
      },
      [
        'challenges[1].zones[1]: "example.com" is a zone of challenges[0] already, which is taken for it; leave it out of one',
        "challenges[3]: has no zones, like challenges[2], which is taken for every name; name its zones",
      ],
    ],
  ])("%s", (_case, over, expected) => {
    expect(linesFor(over)).toEqual(expected);
  });

  it("nothing of sizes, kinds and names that are not known", () => {
    const issuer = {
      name: pulumi.output("letsencrypt-staging"),
      kind: pulumi.output("Thing"),
      group: pulumi.output("g"),
    };
    const privateKey = { algorithm: "ECDSA" as const, size: pulumi.output(521) };
    expect(linesFor({ domains: [domain("a.example.com", { issuer, privateKey })] })).toEqual([]);
  });
});
