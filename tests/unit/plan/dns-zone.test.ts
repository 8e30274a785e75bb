import { describe, expect, it } from "vitest";
import type { ChallengeArgs } from "../../../provider/dns";
import { servingEntry, zoneOfEntry } from "../../../provider/plan/dns-zone";
import { cloudflareChallenge } from "../../support/builders";
import { later, valueOf } from "../outputs";

const cloudDns = (over: object, zones = ["example.net"]): ChallengeArgs => ({
  zones,
  cloudDns: { project: "acme-prod", createZone: false, ...over },
});

describe("servingEntry", () => {
  const challenges = [
    cloudflareChallenge("any"),
    cloudflareChallenge("all", ["example.com", "example.org"]),
    cloudflareChallenge("apps", ["apps.example.com"]),
  ];

  it.each([
    ["tea.example.com", 1, "example.com"],
    ["example.org", 1, "example.org"],
    ["a.apps.example.com", 2, "apps.example.com"],
    ["*.apps.example.com", 2, "apps.example.com"],
    ["myapps.example.com", 1, "example.com"],
    ["tea.example.net", 0, undefined],
  ])("of %s is entry %i, by the longest zone that holds it", (host, index, zone) => {
    expect(servingEntry(host, challenges)).toMatchObject({ index, zone });
  });

  it("is none on standby, and none where no zone matches", () => {
    const idle = { ...challenges[2]!, standby: true };
    expect(servingEntry("a.apps.example.com", [challenges[1]!, idle])).toMatchObject({ index: 0, zone: "example.com" });
    expect(servingEntry("tea.example.net", challenges.slice(1))).toBeUndefined();
  });
});

describe("zoneOfEntry", () => {
  const found = (host: string, entry: ChallengeArgs, lookUp: (zone: string) => string = (zone) => `id-of-${zone}`) =>
    zoneOfEntry(servingEntry(host, [entry])!, ({ name }) => later(lookUp(name)));

  it("takes the id of a zone that is given, and looks up only others", async () => {
    const zoneIds = { "example.com": "given" };
    const entry = { zones: ["example.com", "example.org"], cloudflare: { secret: "main", zoneIds: later(zoneIds) } };
    const never = (zone: string): string => {
      throw new Error(`${zone} was looked up`);
    };
    expect(await valueOf(found("tea.example.com", entry, never)!)).toEqual({
      name: "example.com",
      cloudflare: { zoneId: "given" },
    });
    expect(await valueOf(found("tea.example.org", entry)!)).toMatchObject({
      cloudflare: { zoneId: "id-of-example.org" },
    });
  });

  it("is the managed zone that is named, or made", () => {
    expect(found("tea.example.net", cloudDns({ hostedZoneName: "mine" }))).toEqual({
      name: "example.net",
      cloudDns: { project: "acme-prod", hostedZoneName: "mine" },
    });
    expect(found("tea.example.net", cloudDns({ createZone: true }))).toMatchObject({
      cloudDns: { hostedZoneName: "example-net" },
    });
    expect(found("tea.example.net", cloudDns({}))).toBeUndefined();
  });

  it("is none where the entry names no zones", () => {
    expect(found("tea.example.com", cloudflareChallenge("main"))).toBeUndefined();
  });
});
