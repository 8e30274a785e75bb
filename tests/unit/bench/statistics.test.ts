import { describe, expect, it } from "vitest";
import { growthExponent, median, ratios, summarize } from "../../bench/statistics";

describe("median", () => {
  it.each([
    [[3], 3],
    [[5, 1, 3], 3],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
  ])("of %j is %d", (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it("leaves its argument as it was", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it("refuses to be taken of nothing", () => {
    expect(() => median([])).toThrow("at least one value");
  });
});

describe("a ratio", () => {
  const pairs = [
    { ours: 10, theirs: 10 },
    { ours: 60, theirs: 30 },
    { ours: 300, theirs: 100 },
  ];

  it("is taken pair by pair, ours to theirs", () => {
    expect(ratios(pairs)).toEqual([1, 2, 3]);
  });

  it("is summed up as the median of the pairs', which is not the ratio of the medians", () => {
    const uneven = [
      { ours: 1, theirs: 1 },
      { ours: 10, theirs: 40 },
      { ours: 100, theirs: 50 },
    ];
    expect(summarize(ratios(uneven)).value).toBe(1);
  });

  it("comes with the least, the greatest and the number of rounds", () => {
    expect(summarize(ratios(pairs))).toEqual({ value: 2, min: 1, max: 3, rounds: 3 });
  });
});

describe("the growth exponent", () => {
  const exponent = (cost: (size: number) => number) =>
    growthExponent({ size: 100, cost: cost(100) }, { size: 1000, cost: cost(1000) });

  it("is 1 where the cost is proportional to the size", () => expect(exponent((n) => 3 * n)).toBeCloseTo(1, 10));
  it("is 2 where it is proportional to the square", () => expect(exponent((n) => n * n)).toBeCloseTo(2, 10));
  it("is 0 where it is the same", () => expect(exponent(() => 7)).toBeCloseTo(0, 10));
  it("is below 1 where a constant part is added", () => expect(exponent((n) => n + 200)).toBeLessThan(1));
});
