import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { formatPath, inputError, show } from "../../../provider/schema/problems";

describe("formatPath", () => {
  it.each([
    [["domains", 3, "backend", "port"], "domains[3].backend.port"],
    [["labels", "app.kubernetes.io/name"], 'labels["app.kubernetes.io/name"]'],
    [["a-b", "c_d"], "a-b.c_d"],
    [["map", 'with "quotes"'], 'map["with \\"quotes\\""]'],
    [[], ""],
  ])("writes %j as %s", (path, text) => {
    expect(formatPath(path)).toBe(text);
  });
});

describe("show", () => {
  it.each([
    ["tea", '"tea"'],
    [80, "80"],
    [undefined, "nothing"],
    [null, "null"],
    [{ a: [1] }, '{"a":[1]}'],
  ])("shows %j", (value, text) => {
    expect(show(value)).toBe(text);
  });

  it("keeps long values short", () => {
    expect(show("x".repeat(500))).toHaveLength(80);
  });

  it("says of an Output, wherever it stands, only that it is not known yet", () => {
    const output = pulumi.output("hidden");
    expect(show(output)).toBe("a value that is not known yet");
    expect(show({ service: [output] })).toBe('{"service":["a value that is not known yet"]}');
  });
});

describe("inputError", () => {
  it("names the component and counts its problems", () => {
    const one = { path: ["host"], reason: "is missing" };
    expect(inputError("certfleet:index:TlsDomain", "shop", [one]).message).toBe(
      'TlsDomain "shop" has 1 problem in its args',
    );
    expect(inputError("certfleet:index:TlsDomain", "shop", [one, one])).toMatchObject({
      message: 'TlsDomain "shop" has 2 problems in its args',
      errors: [
        { propertyPath: "host", reason: "is missing" },
        { propertyPath: "host", reason: "is missing" },
      ],
    });
  });
});
