import { describe, expect, it } from "vitest";
import { renewalArgs, renewalSpec } from "../../../provider/plan/renewal";
import { cronProblem } from "../../../provider/schema/cron";

/** "path: message" of what is wrong. */
const problemsOf = (given: object): string[] =>
  (renewalArgs.safeParse(given).error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);

const window = (over: object = {}) => ({ cron: "0 3 * * *", windowDuration: "4h", ...over });

describe("renewalSpec", () => {
  it("says nothing where nothing is said, for releases without the field", () => {
    expect(renewalSpec(undefined)).toEqual({});
  });

  it.each([
    [{}, { policy: "RenewBefore" }],
    [{ policy: "Disabled" }, { policy: "Disabled" }],
    [{ windows: [window()] }, { policy: "RenewBefore", windows: [window()] }],
    [
      { windows: [window({ timezone: "Europe/Berlin" })] },
      { policy: "RenewBefore", windows: [window({ timezone: "Europe/Berlin" })] },
    ],
  ])("writes %j with its policy, which the API asks for", (given, expected) => {
    expect(renewalSpec(renewalArgs.parse(given))).toEqual({ renewal: expected });
  });
});

describe("renewalArgs", () => {
  it.each(["s", "4", "4d", "-4h", "1h 30m", "0h", "0.0s"])("refuse the duration %j", (windowDuration) => {
    expect(problemsOf({ windows: [window({ windowDuration })] })).toEqual([
      expect.stringMatching(/^windows\.0\.windowDuration: must be /),
    ]);
  });

  it.each(["4h", "1h30m", "1.5h", "90s"])("take the duration %j", (windowDuration) => {
    expect(problemsOf({ windows: [window({ windowDuration })] })).toEqual([]);
  });

  it.each(["Mars/Phobos", "+02:00", "europe/berlin", "CET DST", ""])("refuse the time zone %j", (timezone) => {
    expect(problemsOf({ windows: [window({ timezone })] })).toEqual([
      expect.stringContaining("windows.0.timezone: must be a time zone"),
    ]);
  });

  it.each(["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])("take %j", (timezone) => {
    expect(problemsOf({ windows: [window({ timezone })] })).toEqual([]);
  });

  it("refuse no window at all, and a policy that cert-manager has not", () => {
    expect(problemsOf({ windows: [] })).toEqual(["windows: must hold a window, or be left out"]);
    expect(problemsOf({ policy: "Never" })).toEqual([expect.stringContaining("policy: ")]);
  });
});

// What cert-manager's webhook says of the same texts was read in the parser that it uses.
describe("a schedule", () => {
  it.each([
    "* * * * *",
    "0 3 * * 1-5",
    "*/15 0-6,22,23 1,15 * ?",
    "5/10 1-10/3 31 12 6",
    "0 0 * jan-MAR,dec Sun",
    " 0  3 * * * ",
    "@daily",
  ])("%j is taken", (text) => {
    expect(cronProblem(text)).toBeUndefined();
  });

  it.each([
    ["", "five fields"],
    ["0 3 * *", "five fields"],
    ["0 0 3 * * *", "five fields"],
    ["@reboot", "five fields"],
    ["60 3 * * *", 'has "60" as the minute; it takes 0 to 59'],
    ["0 24 * * *", 'has "24" as the hour'],
    ["0 3 0 * *", 'has "0" as the day of the month'],
    ["0 3 L * *", 'has "L" as the day of the month'],
    ["0 3 * 13 *", 'has "13" as the month'],
    ["0 3 * mon *", 'has "mon" as the month'],
    ["0 3 * * 7", 'has "7" as the day of the week; it takes 0 to 6'],
    ["0 3 * * fri-mon", 'has "fri-mon" as the day of the week'],
    ["*/0 3 * * *", 'has "*/0" as the minute'],
    ["*-5 3 * * *", 'has "*-5" as the minute'],
    ["1-2-3 3 * * *", 'has "1-2-3" as the minute'],
    ["1,,2 3 * * *", 'has "1,,2" as the minute'],
  ])("%j is refused", (text, expected) => {
    expect(cronProblem(text)).toContain(expected);
  });
});
