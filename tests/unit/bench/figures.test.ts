import { describe, expect, it } from "vitest";
import {
  describeFigures,
  describeGoal,
  formatFigure,
  select,
  type Figure,
  type Measurement,
} from "../../bench/figures";

const figure = (name: string, over: Partial<Figure> = {}): Figure => ({
  name,
  unit: "ratio",
  against: "the same by hand",
  about: `what ${name} is`,
  ...over,
});

const measurement = (...figures: Figure[]): Measurement => ({ figures, takes: "a while", measure: async () => {} });

const start = measurement(figure("start"));
const domains = measurement(figure("up.10"), figure("noop.10", { goal: 1.1 }));
const all = [start, domains];

describe("a figure's line", () => {
  it("is one line of JSON with exactly the documented keys, in their order", () => {
    const line = formatFigure(figure("up.10"), { value: 1.23456, rounds: 3, min: 1, max: 2.0004 });
    expect(line).toBe(
      '{"figure":"up.10","value":1.235,"unit":"ratio","against":"the same by hand","rounds":3,"min":1,"max":2}',
    );
  });
});

describe("a goal", () => {
  const measured = (value: number) => ({ value, rounds: 1, min: value, max: value });

  it("is met up to its value, and missed above", () => {
    const noop = figure("noop.10", { goal: 1.1 });
    expect(describeGoal(noop, measured(1.1))).toBe("noop.10: 1.1, goal <= 1.1: met");
    expect(describeGoal(noop, measured(1.101))).toBe("noop.10: 1.101, goal <= 1.1: MISSED");
  });

  it("need not be there", () => expect(describeGoal(figure("up.10"), measured(2))).toBe("up.10: 2 (no goal)"));
});

describe("choosing figures", () => {
  it("takes all measurements without a name", () => expect(select(all, [])).toEqual(all));
  it("takes each measurement that has a named figure, once", () =>
    expect(select(all, ["noop.10", "up.10"])).toEqual([domains]));
  it("keeps their order, whatever the order of the names", () =>
    expect(select(all, ["noop.10", "start"])).toEqual([start, domains]));
  it("names an unknown one, and what there is", () =>
    expect(() => select(all, ["start", "stort"])).toThrow(
      "no figure of that name: stort; there are: start, up.10, noop.10",
    ));
});

describe("the list for --help", () => {
  it("says of each figure what it is, against what, its goal, and how long it takes", () => {
    const text = describeFigures(all);
    expect(text).toContain("what noop.10 is, against the same by hand; goal <= 1.1");
    expect(text).toContain("what up.10 is, against the same by hand\n");
    expect(text.match(/takes a while/g)).toHaveLength(2);
  });
});
