import { describe, expect, it } from "vitest";
import { certManagerArgs } from "../../../../provider/plan/cert-manager";
import { clusterTlsRules, issuersRules, type ClusterInputs } from "../../../../provider/plan/rules";
import { acme, cloudflareChallenge, clusterArgs, domain } from "../../../support/builders";
import { later } from "../../outputs";
import { linesOf } from "../../problems";

const on = (version: string, over: object = {}) => certManagerArgs.parse({ version, ...over });

const lines = (over: Partial<ClusterInputs>): string[] => {
  const args = clusterArgs(over);
  return linesOf(clusterTlsRules(args, args, () => true));
};

const off = { renewal: { policy: "Disabled" as const } };
const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}.example.com`);

describe("what a release of cert-manager has not", () => {
  it.each<[string, Partial<ClusterInputs>, string[]]>([
    [
      "a profile before 1.18",
      {
        certManager: on("1.17.4"),
        acme: acme({ profile: "shortlived", issuers: { staging: { profile: "classic" } } }),
      },
      [
        "acme.profile: needs the field ClusterIssuer spec.acme.profile, which cert-manager has from 1.18.0 on, and certManager.version is 1.17.4; upgrade, or leave it out",
        "acme.issuers.staging.profile: needs the field ClusterIssuer spec.acme.profile, which cert-manager has from 1.18.0 on, and certManager.version is 1.17.4; upgrade, or leave it out",
      ],
    ],
    ["a profile from 1.18 on", { certManager: on("v1.18.0"), acme: acme({ profile: "shortlived" }) }, []],
    [
      "a renewal before 1.21",
      { certManager: on("1.20.3"), domains: [domain("tea.example.com", { renewal: { policy: "RenewBefore" } })] },
      [
        "domains[0].renewal: needs the field Certificate spec.renewal, which cert-manager has from 1.21.0 on, and certManager.version is 1.20.3; upgrade, or leave it out",
      ],
    ],
    [
      "a renewal of all domains, switched off, on the release that stops at it",
      {
        certManager: on("v1.21.0"),
        defaults: { ...clusterArgs().defaults, ...off },
        domains: [domain("a.example.com")],
      },
      [
        'defaults.renewal.policy: is "Disabled", at which cert-manager 1.21.0 stops, for all certificates of the cluster; set certManager.version to 1.21.1 or newer, or allowUnsupportedVersion: true',
      ],
    ],
    [
      "the same where everything is allowed",
      {
        certManager: on("1.21.0", { allowUnsupportedVersion: true }),
        domains: [domain("tea.example.com", off)],
      },
      [],
    ],
    [
      "another policy there",
      { certManager: on("1.21.0"), domains: [domain("a.example.com", { renewal: { policy: "RenewBefore" } })] },
      [],
    ],
    ["the release after it", { certManager: on("1.21.1"), domains: [domain("tea.example.com", off)] }, []],
    [
      "a release that others chose",
      { certManager: on("1.21.2", { install: false }), domains: [domain("a.example.com", off)] },
      [],
    ],
    [
      "windows beside a policy without renewals",
      {
        domains: [
          domain("a.example.com", { renewal: { ...off.renewal, windows: [{ cron: "@daily", windowDuration: "1h" }] } }),
        ],
      },
      [
        'domains[0].renewal.windows: has no effect with policy: "Disabled", which cert-manager refuses; leave one of them out',
      ],
    ],
  ])("%s", (_case, over, expected) => {
    expect(lines(over)).toEqual(expected);
  });
});

describe("names of a certificate by profile", () => {
  const refused = (count: number, profile: string) =>
    `domains[0].additionalDnsNames: makes ${count} names with the host, and a certificate of the profile "${profile}" has at most 25; make a second domain, or choose another profile`;

  it.each<[string, number, ClusterInputs["acme"], string[]]>([
    ["25 of shortlived", 24, acme({ profile: "shortlived" }), []],
    ["26 of shortlived", 25, acme({ profile: "shortlived" }), [refused(26, "shortlived")]],
    ["26 of tlsserver", 25, acme({ issuers: { staging: { profile: "tlsserver" } } }), [refused(26, "tlsserver")]],
    [
      "26 of classic here, of shortlived elsewhere",
      25,
      acme({ profile: "shortlived", issuers: { staging: { profile: "classic" } } }),
      [],
    ],
    ["26 of a profile that is not known yet", 25, acme({ profile: later("shortlived") }), []],
    [
      "26 of a profile of that name in another directory",
      25,
      acme({ profile: "shortlived", directory: { url: "https://acme.example.org/directory" } }),
      [],
    ],
    ["26 of a profile that is named as every object's constructor", 25, acme({ profile: "constructor" }), []],
  ])("%s", (_case, count, own, expected) => {
    expect(lines({ acme: own, domains: [domain("a.example.com", { additionalDnsNames: names(count) })] })).toEqual(
      expected,
    );
  });

  it("are nothing that Issuers alone could know", () => {
    const args = {
      acme: acme({ profile: "shortlived" }),
      challenges: [cloudflareChallenge()],
      dnsSecrets: { main: "x" },
    };
    expect(linesOf(issuersRules(args, args, () => true))).toEqual([]);
  });
});
