import { describe, expect, it } from "vitest";
import { bindChallenge, challengeArgs } from "../../../provider/dns";
import { linesOf } from "../problems";

const problems = (value: unknown): string[] =>
  linesOf((challengeArgs.safeParse(value).error?.issues ?? []).map(({ path, message }) => ({ path, reason: message })));

describe("a Cloudflare challenge", () => {
  it("draws on an entry of dnsSecrets, in a Secret that certfleet writes", () => {
    expect(bindChallenge({ cloudflare: { secret: "main" } })).toEqual({
      kind: "cloudflare",
      zones: undefined,
      secretName: "main",
      secretRef: { name: "cloudflare-main", key: "api-token" },
      solver: { cloudflare: { apiTokenSecretRef: { name: "cloudflare-main", key: "api-token" } } },
    });
  });

  it("draws on a Secret that somebody else keeps", () => {
    const { cloudflare } = challengeArgs.parse({ cloudflare: { existingSecret: { name: "external" } } });
    expect(bindChallenge({ zones: ["example.com"], cloudflare })).toEqual({
      kind: "cloudflare",
      zones: ["example.com"],
      secretName: undefined,
      secretRef: { name: "external", key: "api-token" },
      solver: { cloudflare: { apiTokenSecretRef: { name: "external", key: "api-token" } } },
    });
  });

  it.each([
    [{}, ["neither"]],
    [{ secret: "main", existingSecret: { name: "external" } }, ["both"]],
  ])("needs exactly one source of its token: %j", (cloudflare, [count]) => {
    expect(problems({ cloudflare })).toEqual([
      `cloudflare: needs exactly one of secret and existingSecret, and has ${count}; set secret to a key of dnsSecrets, or existingSecret.name to a Secret that exists`,
    ]);
  });

  it("refuses names that no Secret can have", () => {
    expect(problems({ cloudflare: { secret: "Main_Token" } })[0]).toContain(
      "cloudflare.secret: must be a name of lower-case",
    );
    expect(problems({ cloudflare: { secret: "a".repeat(254) } })[0]).toContain("at most");
  });

  it("leaves room for the prefix of the Secret that the token is written to", () => {
    const longest = "a".repeat(242);
    expect(problems({ cloudflare: { secret: longest } })).toEqual([]);
    expect(bindChallenge({ cloudflare: { secret: longest } }).secretRef.name).toHaveLength(253);
    expect(problems({ cloudflare: { secret: `${longest}a` } })[0]).toContain("at most 242 characters");
  });
});

describe("a challenge", () => {
  it("needs a kind", () => {
    expect(problems({ zones: ["example.com"] })).toEqual([": names no kind of challenge; set one of cloudflare"]);
  });

  it("takes zones in their ASCII form, and refuses an empty list and wildcards", () => {
    const cloudflare = { secret: "main" };
    expect(challengeArgs.parse({ zones: ["Bücher.example"], cloudflare }).zones).toEqual(["xn--bcher-kva.example"]);
    expect(problems({ zones: [], cloudflare })).toEqual([
      "zones: must name a zone, or be left out to match every name",
    ]);
    expect(problems({ zones: ["*.example.com"], cloudflare })[0]).toMatch(/^zones\[0\]: .*wildcard/);
  });
});
