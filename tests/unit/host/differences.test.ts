import { describe, expect, it } from "vitest";
import { differences } from "../../../provider/host/differences";

describe("differences", () => {
  it.each([
    [{ a: null }, {}],
    [{}, { a: null }],
    [{ list: [1, null] }, { list: [1] }],
    [{ a: undefined }, { a: null }],
  ])("are none between nothing and null: %j, %j", (olds, news) => {
    expect(differences(olds, news)).toEqual([]);
  });

  it("are additions and deletions where a value comes or goes, also in place of a null", () => {
    expect(differences({ a: null, b: 1 }, { a: 1, b: null })).toEqual([
      { path: ["a"], kind: "add" },
      { path: ["b"], kind: "delete" },
    ]);
  });
});
