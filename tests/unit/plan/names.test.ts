import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostname } from "../../../provider/schema/hostname";
import { logicalKey, objectName } from "../../../provider/plan/names";

/** Hosts of few letters, so that dots and hyphens fall into the same places often, and some that are as long as hosts get. */
const label = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[ab]([ab-]{0,4}[ab])?$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z0-9]([a-z0-9-]{40,60}[a-z0-9])$/) },
  { weight: 1, arbitrary: fc.constantFrom("wildcard", "d", "redirect", "tls", "1") },
);
const host = fc
  .tuple(fc.boolean(), fc.array(label, { minLength: 2, maxLength: 4 }))
  .map(([wildcard, labels]) => `${wildcard ? "*." : ""}${labels.join(".")}`)
  .filter((name) => hostname.safeParse(name).success);

describe("objectName", () => {
  it.each([
    ["tea.example.com", "tea-example-com"],
    ["a.b", "a-b"],
  ])("reads well where nothing can be mistaken: %s", (name, expected) => {
    expect(objectName(name)).toBe(expected);
  });

  it.each([
    ["my-shop.example.com", /^my-shop-example-com-[0-9a-f]{8}$/],
    ["*.apps.example.com", /^wildcard-apps-example-com-[0-9a-f]{8}$/],
    ["1.example.com", /^d-1-example-com-[0-9a-f]{8}$/],
    [`${"a".repeat(63)}.example.com`, /^a{50}-[0-9a-f]{8}$/],
  ])("adds a digest where it could be: %s", (name, expected) => {
    expect(objectName(name)).toMatch(expected);
  });

  it("does not change between releases", () => {
    expect(objectName("*.apps.example.com")).toBe("wildcard-apps-example-com-a303882f");
    expect(objectName("my-shop.example.com")).toBe("my-shop-example-com-da289faf");
  });

  it("is a DNS label that begins with a letter, with room for a suffix", () => {
    fc.assert(
      fc.property(host, (name) => {
        expect(objectName(name)).toMatch(/^[a-z]([a-z0-9-]*[a-z0-9])?$/);
        expect(objectName(name).length).toBeLessThanOrEqual(63);
      }),
    );
  });

  it("never joins two hosts", () => {
    fc.assert(
      fc.property(fc.uniqueArray(host, { minLength: 2, maxLength: 40 }), (hosts) => {
        expect(new Set(hosts.map(objectName)).size).toBe(hosts.length);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["a-b.example.com", "a.b.example.com"],
    ["*.example.com", "wildcard.example.com"],
    ["1.example.com", "d.1.example.com"],
    ["d-1.example.com", "1.example.com"],
    [`${"a".repeat(60)}.example.com`, `${"a".repeat(60)}.example.org`],
  ])("keeps %s and %s apart", (one, other) => {
    expect(objectName(one)).not.toBe(objectName(other));
  });
});

describe("logicalKey", () => {
  it("keeps a host as it is and encodes a wildcard", () => {
    expect(logicalKey("tea.example.com")).toBe("tea.example.com");
    expect(logicalKey("*.example.com")).toBe("_.example.com");
  });

  it("never meets the redirect of another host", () => {
    expect(logicalKey("tea.example-redirect")).toBe("tea.example-redirect_");
    expect(logicalKey("*.example-redirect")).not.toBe(`${logicalKey("*.example")}-redirect`);
    expect(logicalKey("tea.my-redirect.com")).toBe("tea.my-redirect.com");
  });

  it("never joins two hosts", () => {
    fc.assert(
      fc.property(fc.uniqueArray(host, { minLength: 2, maxLength: 40 }), (hosts) => {
        expect(new Set(hosts.map(logicalKey)).size).toBe(hosts.length);
      }),
    );
  });
});
