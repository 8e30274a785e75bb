import { describe, expect, it } from "vitest";
import { bindChallenge, challengeArgs, kindNames } from "../../../provider/dns";
import { linesOf } from "../problems";

const problems = (value: unknown): string[] =>
  linesOf((challengeArgs.safeParse(value).error?.issues ?? []).map(({ path, message }) => ({ path, reason: message })));

describe("a Cloudflare challenge", () => {
  it("draws on an entry of dnsSecrets, in a Secret that certfleet writes", () => {
    expect(bindChallenge({ cloudflare: { secret: "main" } })).toEqual({
      kind: "cloudflare",
      zones: undefined,
      credential: {
        source: "given",
        name: "cloudflare-main",
        secretName: "main",
        secretRef: { name: "cloudflare-main", key: "api-token" },
      },
      solver: { cloudflare: { apiTokenSecretRef: { name: "cloudflare-main", key: "api-token" } } },
    });
  });

  it("draws on a Secret that somebody else keeps", () => {
    const { cloudflare } = challengeArgs.parse({ cloudflare: { existingSecret: { name: "external" } } });
    expect(bindChallenge({ zones: ["example.com"], cloudflare })).toEqual({
      kind: "cloudflare",
      zones: ["example.com"],
      credential: { source: "existing", name: "external", secretRef: { name: "external", key: "api-token" } },
      solver: { cloudflare: { apiTokenSecretRef: { name: "external", key: "api-token" } } },
    });
  });

  it.each([
    [{}, "none of them"],
    [{ secret: "main", existingSecret: { name: "external" } }, "secret and existingSecret"],
    [{ secret: "main", token: { expiresOn: "2027-02-28T00:00:00Z" } }, "secret and token"],
  ])("needs exactly one source of its token: %j", (cloudflare, given) => {
    expect(problems({ cloudflare })).toEqual([
      `cloudflare: needs exactly one of secret, existingSecret and token, and has ${given}; set secret to a key of dnsSecrets, existingSecret.name to a Secret that exists, or token.expiresOn to have one made`,
    ]);
  });

  it("refuses names that no Secret can have", () => {
    expect(problems({ cloudflare: { secret: "Main_Token" } })[0]).toContain(
      "cloudflare.secret: must be a name of lower-case",
    );
    expect(problems({ cloudflare: { secret: "a".repeat(254) } })[0]).toContain("at most");
  });

  it("leaves room for what the name of the token's Secret adds", () => {
    const entry = { rotation: "r".repeat(32), cloudflare: { secret: "a".repeat(200) } };
    expect(problems(entry)).toEqual([]);
    // The ClusterIssuer of the dry run has the Secret's name behind "dry-run-".
    expect(bindChallenge(entry).credential.secretRef!.name.length + "dry-run-".length).toBeLessThanOrEqual(253);
    expect(problems({ cloudflare: { secret: "a".repeat(201) } })[0]).toContain("at most 200 characters");
  });
});

describe("a challenge", () => {
  it("needs a kind", () => {
    expect(problems({ zones: ["example.com"] })).toEqual([
      `: names no kind of challenge; set one of ${kindNames.join(", ")}`,
    ]);
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
