import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseArgs } from "../../../provider/schema/parse";
import { settle } from "../../support/settle";
import { input, objectType } from "../../../provider/schema/vocabulary";
import { later, valueOf } from "../outputs";
import { errorsOf, pathsOf } from "../problems";

const part = objectType("Part", "A part.", {
  name: z.string(),
  port: input(z.int("must be a whole number").min(1, "must be positive")).optional(),
});

const definition = {
  token: "certfleet:index:Thing",
  args: z.strictObject({
    kind: z.enum(["red", "green"]).optional(),
    size: z.int().default(3),
    parts: z.array(part).default([]),
    labels: input(z.record(z.string(), z.string())).optional(),
    tokens: input(z.record(z.string(), z.string().min(1)))
      .optional()
      .meta({ secret: true }),
  }),
};

const parse = (value: unknown) => parseArgs(definition, "thing", value);

describe("parseArgs", () => {
  it("fills in defaults", () => {
    expect(parse({})).toEqual({ size: 3, parts: [] });
  });

  it("takes undefined and null as not given, wherever a property could stand", () => {
    expect(parse({ kind: null, size: undefined, parts: [{ name: "a", port: null }] })).toEqual({
      size: 3,
      parts: [{ name: "a" }],
    });
  });

  it("does not change what it is given", () => {
    const given = { parts: [{ name: "a", port: null }], labels: { a: "b" } };
    const copy = structuredClone(given);
    parse(given);
    expect(given).toEqual(copy);
  });

  it("refuses unknown keys, with the one that was meant", () => {
    expect(errorsOf(() => parse({ siez: 1, parts: [{ name: "a", prt: 1 }] }))).toEqual([
      { propertyPath: "parts[0].prt", reason: 'is not a known key; did you mean "port"?' },
      { propertyPath: "siez", reason: 'is not a known key; did you mean "size"?' },
    ]);
  });

  it("lists the known keys where none is near", () => {
    expect(errorsOf(() => parse({ parts: [{ name: "a", something: 1 }] }))).toEqual([
      { propertyPath: "parts[0].something", reason: "is not a known key; known keys: name, port" },
    ]);
  });

  it("says what is missing, what is wrong and what it got", () => {
    expect(errorsOf(() => parse({ kind: "blue", size: "big", parts: [{}, { name: "b", port: 0.5 }] }))).toEqual([
      { propertyPath: "kind", reason: 'must be one of "red", "green"; got "blue"' },
      { propertyPath: "size", reason: 'must be a number; got "big"' },
      { propertyPath: "parts[0].name", reason: "is missing" },
      { propertyPath: "parts[1].port", reason: "must be a whole number; got 0.5" },
    ]);
  });

  it("names what is missing inside of a value that may be an Output", () => {
    const nested = { token: "certfleet:index:Nested", args: z.strictObject({ leaf: input(part) }) };
    expect(errorsOf(() => parseArgs(nested, "nested", { leaf: { port: 1 } }))).toEqual([
      { propertyPath: "leaf.name", reason: "is missing" },
    ]);
  });

  it("refuses args that are no object at all", () => {
    for (const value of [undefined, null, "text", 3, []]) expect(errorsOf(() => parse(value))).toHaveLength(1);
  });

  it("asks the rules only of args that are well-formed, and reports all that they find", () => {
    const rules = ({ parts }: { parts: unknown[] }) =>
      parts.map((_part, index) => ({ path: ["parts", index], reason: "is one too many" }));
    const ruled = { ...definition, rules };
    const paths = pathsOf(() => parseArgs(ruled, "thing", { parts: [{ name: "a" }, { name: "b" }] }));
    expect(paths).toEqual(["parts[0]", "parts[1]"]);
    expect(pathsOf(() => parseArgs(ruled, "thing", { parts: [{}] }))).toEqual(["parts[0].name"]);
  });

  it("tells rules what is sound, so that they judge by nothing else", () => {
    const asked = [
      ["parts"],
      ["parts", 0],
      ["parts", 0, "name"],
      ["parts", 1],
      ["parts", 1, "port"],
      ["size"],
      ["labels"],
    ];
    const told: boolean[] = [];
    const rules = (_args: unknown, _given: unknown, sound: (path: PropertyKey[]) => boolean) => (
      told.push(...asked.map(sound)),
      []
    );
    const value = { size: "x", parts: [{ name: "a" }, { name: "b", port: 0 }], labels: {}, extra: 1 };
    expect(pathsOf(() => parseArgs({ ...definition, rules }, "thing", value))).toHaveLength(3);
    expect(told).toEqual([false, true, true, false, false, false, true]);
  });

  it("gives rules an empty list for what is none, and an object with all its lists", () => {
    const seen: unknown[] = [];
    const rules = (args: unknown) => (seen.push(args), []);
    for (const value of [{ parts: 5 }, { parts: [5] }, "args"])
      pathsOf(() => parseArgs({ ...definition, rules }, "thing", value));
    expect(seen).toEqual([
      { size: 3, parts: [] },
      { size: 3, parts: [{}] },
      { size: 3, parts: [] },
    ]);
  });

  it("throws nothing but its own error, whatever it is given", () => {
    const key = fc.constantFrom(
      "kind",
      "size",
      "parts",
      "labels",
      "tokens",
      "name",
      "port",
      "__proto__",
      "constructor",
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue(),
        fc.constant(undefined),
        fc.constant(pulumi.output(new Promise(() => undefined))),
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(key, tie("tree"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, tree), (value) => {
        for (const { propertyPath, reason } of errorsOf(() => parse(value))) {
          expect(propertyPath).not.toBe("");
          expect(reason).not.toContain("toJSON");
        }
      }),
    );
  });

  it("names the path of every broken field, and no other", () => {
    const breaks = [
      { path: "kind", apply: (value: Record<string, unknown>) => ({ ...value, kind: "blue" }) },
      { path: "size", apply: (value: Record<string, unknown>) => ({ ...value, size: 1.5 }) },
      { path: "labels.team", apply: (value: Record<string, unknown>) => ({ ...value, labels: { app: "a", team: 7 } }) },
      { path: 'tokens["*"]', apply: (value: Record<string, unknown>) => ({ ...value, tokens: { main: "" } }) },
      { path: "extra", apply: (value: Record<string, unknown>) => ({ ...value, extra: true }) },
      { path: "parts[0].name", apply: (value: Record<string, unknown>) => withPart(value, 0, { port: 1 }) },
      { path: "parts[1].port", apply: (value: Record<string, unknown>) => withPart(value, 1, { name: "b", port: -1 }) },
    ];
    const sound = { kind: "red", size: 1, parts: [{ name: "a" }, { name: "b", port: 1 }], tokens: { main: "t" } };
    fc.assert(
      fc.property(fc.subarray(breaks), (chosen) => {
        const broken = chosen.reduce<Record<string, unknown>>((value, { apply }) => apply(value), sound);
        expect(pathsOf(() => parse(broken)).sort()).toEqual(chosen.map(({ path }) => path).sort());
      }),
    );
  });
});

function withPart(value: Record<string, unknown>, index: number, replacement: object): Record<string, unknown> {
  return { ...value, parts: (value.parts as object[]).map((given, at) => (at === index ? replacement : given)) };
}

describe("a value that is not known yet", () => {
  it("is accepted, and is what it was once it is known", async () => {
    const { parts, labels } = parse({ parts: [{ name: "a", port: later(80) }], labels: later({ team: "tea" }) });
    expect(await valueOf(parts[0]!.port)).toBe(80);
    expect(await valueOf(labels)).toEqual({ team: "tea" });
  });

  it("may stand inside of a map", async () => {
    const { labels } = parse({ labels: { app: "a", team: later("tea") } });
    expect(await valueOf(labels)).toEqual({ app: "a", team: "tea" });
  });

  it("is refused where it would decide what is made, known or not", async () => {
    const value = { size: pulumi.output(3), parts: [{ name: pulumi.output("a") }] };
    const paths = ["size", "parts[0].name"];
    expect(pathsOf(() => parse(value))).toEqual(paths);
    await settle(value);
    expect(pathsOf(() => parse(value))).toEqual(paths);
  });
});

describe("an Output that is known", () => {
  it("is checked with everything else, and named by its path", async () => {
    const value = {
      size: 1.5,
      parts: [{ name: "a" }, { name: "b", port: pulumi.output("http") }],
      labels: { app: "a", team: pulumi.output(7) },
    };
    await settle(value);
    expect(pathsOf(() => parse(value))).toEqual(["size", "parts[1].port", "labels.team"]);
  });

  it("shows its value to rules and stays an Output, with what it depends on", async () => {
    const rules = ({ labels }: { labels?: unknown }) =>
      JSON.stringify(labels) === '{"team":"tea"}' ? [] : [{ path: ["labels"], reason: "cannot be seen" }];
    const value = { labels: { team: pulumi.output("tea") } };
    await settle(value);
    const { labels } = parseArgs({ ...definition, rules }, "thing", value);
    expect(pulumi.Output.isInstance((labels as { team: unknown }).team)).toBe(true);
  });

  it("stays hidden from rules if it is a secret, for they say what they saw; of credentials they see the keys", async () => {
    const seen: unknown[] = [];
    const rules = (args: unknown) => (seen.push(args), []);
    const value = { labels: { team: pulumi.secret("planted-secret") }, tokens: pulumi.secret({ main: "t" }) };
    await settle(value);
    parseArgs({ ...definition, rules }, "thing", value);
    expect(seen).toEqual([{ size: 3, parts: [], labels: value.labels, tokens: { main: "t" } }]);
  });

  it("is never shown if it is a secret, by us or by the engine", async () => {
    const planted = "planted-secret";
    const value = {
      parts: [{ name: "a", port: pulumi.secret(planted) }],
      labels: { [planted.length]: pulumi.secret([planted]) },
    };
    await settle(value);
    const errors = errorsOf(() => parse(value));
    expect(errors).toHaveLength(2);
    expect(JSON.stringify(errors)).not.toContain(planted);
    // The engine prints what it finds at the path, secrets in the clear: so there must be nothing.
    for (const { propertyPath } of errors) expect(propertyPath).toMatch(/\["\*"\]$/);
  });
});

describe("a secret property", () => {
  const planted = "planted-secret";

  it("is wrapped, known or not", async () => {
    for (const tokens of [{ main: planted }, pulumi.secret({ main: planted }), { main: later(planted) }]) {
      const parsed = parse({ tokens });
      expect(await pulumi.isSecret(pulumi.output(parsed.tokens))).toBe(true);
      expect(await valueOf(parsed.tokens)).toEqual({ main: planted });
    }
  });

  it.each([
    ["a list", { main: [planted] }],
    ["an object", { main: { [planted]: planted } }],
    ["a text instead of the map", planted],
    ["a list instead of the map", [planted]],
    ["a secret text instead of the map", pulumi.secret(planted)],
    ["a secret map of lists", pulumi.secret({ main: [planted] })],
  ])("is never shown, by us or by the engine: %s", async (_case, tokens) => {
    await settle(tokens);
    const errors = errorsOf(() => parse({ tokens }));
    // The engine prints what it finds at the path, secrets in the clear: so there must be nothing.
    expect(errors.map(({ propertyPath }) => propertyPath)).toEqual(['tokens["*"]']);
    expect(errors[0]!.reason).toContain("tokens");
    expect(errors[0]!.reason).not.toContain(planted);
  });
});
