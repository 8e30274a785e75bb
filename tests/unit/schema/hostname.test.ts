import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { covers, hostname, inZone, isWildcard } from "../../../provider/schema/hostname";

const problem = (host: unknown): string | undefined => hostname.safeParse(host).error?.issues[0]?.message;

const long = (length: number): string => "a".repeat(length);
/** A name of exactly so many characters, in labels of at most 50. */
const nameOf = (length: number): string => {
  const full = Math.floor((length - 1) / 50);
  return `${long(49)}.`.repeat(full) + long(length - full * 50);
};

describe("hostname", () => {
  it.each([
    ["shop.example.com", "shop.example.com"],
    ["Shop.Example.COM", "shop.example.com"],
    ["*.apps.example.com", "*.apps.example.com"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["*.BÜCHER.example", "*.xn--bcher-kva.example"],
    ["日本語.jp", "xn--wgv71a119e.jp"],
    ["a-b--c.example.com", "a-b--c.example.com"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
    ["XN--BCHER-KVA.example", "xn--bcher-kva.example"],
    ["1.example.com", "1.example.com"],
  ])("takes %s as %s", (given, expected) => {
    expect(hostname.parse(given)).toBe(expected);
  });

  it.each([
    ["https://shop.example.com", "not a URL"],
    ["shop.example.com/path", '"/"'],
    ["shop.example.com?a=b", '"?"'],
    ["shop.example.com#top", '"#"'],
    ["shop.example.com\\path", '"\\\\"'],
    ["user@shop.example.com", '"@"'],
    ["shop.exam%70le.com", '"%"'],
    ["shop.exam\tple.com", '"\\t"'],
    ["shop.example.com\n", '"\\n"'],
    [" shop.example.com", '" "'],
    ["shop.example.com.", "must not end with a dot"],
    ["shop..example.com", "empty label"],
    [".example.com", "empty label"],
    ["*.*.example.com", "whole first label"],
    ["a*.example.com", "whole first label"],
    ["shop.*.com", "whole first label"],
    ["*", "whole first label"],
    ["example", "only one label"],
    ["*.com", "only one label"],
    ["192.0.2.1", "IP address"],
    ["0x7f.1", "IP address"],
    ["1.2.3", "IP address"],
    ["[2001:db8::1]", "IP address"],
    ["shop.example.com:443", "IP address or a port"],
    ["my_shop.example.com", 'the label "my_shop"'],
    ["-shop.example.com", 'the label "-shop"'],
    ["shop-.example.com", 'the label "shop-"'],
    ["ab--c.example.com", "for international names only (RFC 5890 2.3.1)"],
    ["xn--a.example.com", "is not a valid hostname"],
    ["", ""],
    [`${long(64)}.example.com`, "longer than 63"],
    [nameOf(254), "longer than 253"],
    [`*.${nameOf(252)}`, "longer than 253"],
  ])("refuses %j", (given, rule) => {
    expect(problem(given)).toContain(rule);
  });

  it("takes names up to both limits, counted in their ASCII form", () => {
    expect(problem(`${long(63)}.example.com`)).toBeUndefined();
    expect(problem(nameOf(253))).toBeUndefined();
    expect(problem(`*.${nameOf(251)}`)).toBeUndefined();
    const [umlauts, rest] = ["ü".repeat(20), nameOf(230)];
    expect(problem(`*.${umlauts}.${rest}`)).toContain("longer than 253");
  });

  it("refuses what is no text", () => {
    for (const given of [undefined, null, 3, {}, []]) expect(hostname.safeParse(given).success).toBe(false);
  });

  it("takes only what stands in certificates: labels of letters, digits and inner hyphens; and then changes nothing more", () => {
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.string(), fc.webUrl(), fc.ipV4(), fc.ipV6()), (given) => {
        const { data } = hostname.safeParse(given);
        if (data === undefined) return;
        expect(data).toMatch(/^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
        expect(data.length).toBeLessThanOrEqual(253);
        expect(hostname.parse(data)).toBe(data);
      }),
    );
  });
});

describe("covers", () => {
  it.each([
    ["a.example.com", "a.example.com", true],
    ["*.example.com", "a.example.com", true],
    ["*.example.com", "*.example.com", true],
    ["*.example.com", "a.b.example.com", false],
    ["*.example.com", "example.com", false],
    ["*.example.com", "*.b.example.com", false],
    ["a.example.com", "*.example.com", false],
    ["*.example.com", "a.anexample.com", false],
  ])("%s for %s: %s", (name, host, expected) => {
    expect(covers(name, host)).toBe(expected);
  });
});

describe("inZone", () => {
  it.each([
    ["example.com", "example.com", true],
    ["a.b.example.com", "example.com", true],
    ["*.example.com", "example.com", true],
    ["*.example.com", "apps.example.com", false],
    ["anexample.com", "example.com", false],
    ["example.com", "a.example.com", false],
  ])("%s in %s: %s", (host, zone, expected) => {
    expect(inZone(host, zone)).toBe(expected);
  });
});

it("knows a wildcard", () => {
  expect([isWildcard("*.example.com"), isWildcard("wildcard.example.com")]).toEqual([true, false]);
});
