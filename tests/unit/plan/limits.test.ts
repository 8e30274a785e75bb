import { describe, expect, it } from "vitest";
import type { DomainArgs } from "../../../provider/plan/domain";
import { limitWarnings } from "../../../provider/plan/limits";
import { acme, certificateOnly, domain } from "../../support/builders";

const production = acme({ environment: "production" });
const hosts = (count: number, zone = "example.com"): DomainArgs[] =>
  Array.from({ length: count }, (_, index) => certificateOnly(`shop-${index}.${zone}`));
/** The names of the registered domains that are warned about. */
const crowded = (domains: DomainArgs[], given = production): string[] =>
  limitWarnings({ acme: given, domains }).flatMap((text) => /names in (\S+),/.exec(text)?.[1] ?? []);

describe("limitWarnings", () => {
  it("says how many certificates there are, what the limit is and what to do", () => {
    expect(limitWarnings({ acme: production, domains: hosts(41) })).toEqual([
      "41 certificates have names in example.com, of which Let's Encrypt issues at most 50 new ones in 7 days. " +
        "If they are new, promote them in several parts, by environment of each domain (renewals do not count).",
    ]);
  });

  it("says nothing below four fifths of the limit", () => {
    expect(crowded(hosts(39))).toEqual([]);
    expect(crowded(hosts(40))).toEqual(["example.com"]);
  });

  it("counts by registered domain, which the Public Suffix List knows", () => {
    expect(crowded([...hosts(39), ...hosts(39, "example.net")])).toEqual([]);
    expect(crowded([...hosts(20, "a.example.co.uk"), ...hosts(20, "example.co.uk")])).toEqual(["example.co.uk"]);
    expect(crowded([...hosts(20, "one.github.io"), ...hosts(20, "two.github.io")])).toEqual([]);
    expect(crowded(hosts(40, "internal.lab"))).toEqual(["internal.lab"]);
    expect(crowded(Array.from({ length: 40 }, (_, index) => certificateOnly(`*.a${index}.example.com`)))).toEqual([
      "example.com",
    ]);
  });

  it("counts a certificate once for each registered domain of its names", () => {
    const both = hosts(40).map((one) => ({ ...one, additionalDnsNames: ["example.net", "www.example.net"] }));
    expect(crowded(both).sort()).toEqual(["example.com", "example.net"]);
  });

  it("counts what is ordered from Let's Encrypt's production directory, and nothing else", () => {
    expect(crowded(hosts(50), acme())).toEqual([]);
    expect(
      crowded(hosts(50), acme({ environment: "custom", directory: { url: "https://acme.example.org/" } })),
    ).toEqual([]);
    const byUrl = acme({ directory: { url: "https://acme-v02.api.letsencrypt.org/directory" } });
    expect(crowded(hosts(50), byUrl)).toEqual(["example.com"]);
    const [source, ...others] = hosts(50);
    expect(crowded([source!, ...others.map((one) => ({ ...one, certificateFrom: source!.host }))])).toEqual([]);
    const issuer = { name: "own", kind: "ClusterIssuer", group: "cert-manager.io" };
    expect(crowded(hosts(50).map((one) => ({ ...one, issuer })))).toEqual([]);
    expect(limitWarnings({ domains: hosts(50).map((one) => ({ ...one, issuer })) })).toEqual([]);
  });

  it("takes what the defaults say for what domains say", () => {
    const promoted = { environment: "production" } as const;
    expect(limitWarnings({ acme: acme(), defaults: promoted, domains: hosts(40) })).toHaveLength(1);
    const held = hosts(40).map((one) => ({ ...one, environment: "staging" as const }));
    expect(limitWarnings({ acme: acme(), defaults: promoted, domains: held })).toEqual([]);
  });

  it("knows the limit of orders of one account", () => {
    const zones = Array.from({ length: 240 }, (_, index) => domain(`shop.example${index}.com`));
    expect(limitWarnings({ acme: production, domains: zones })).toEqual([
      expect.stringContaining("240 certificates are ordered by one account"),
    ]);
    expect(limitWarnings({ acme: production, domains: zones.slice(1) })).toEqual([]);
  });
});
