import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearest } from "../../../provider/schema/nearest";

describe("nearest", () => {
  const keys = ["host", "backend", "certificateOnly", "certificateFrom"];

  it.each([
    ["hots", "host"],
    ["HOST", "host"],
    ["certificatOnly", "certificateOnly"],
    ["certificateForm", "certificateFrom"],
    ["zones", undefined],
    ["privateKeyAlgorithm", undefined],
  ])("takes %s for %s", (word, meant) => {
    expect(nearest(word, keys)).toBe(meant);
  });

  it("finds nothing among nothing", () => {
    expect(nearest("host", [])).toBeUndefined();
  });

  it("always finds the word itself, before any other", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 1, selector: (word) => word.toLowerCase() }), (words) => {
        for (const word of words) expect(nearest(word, words)).toBe(word);
      }),
    );
  });

  it("never offers what is not among the candidates", () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (word, words) => {
        expect([undefined, ...words]).toContain(nearest(word, words));
      }),
    );
  });
});
