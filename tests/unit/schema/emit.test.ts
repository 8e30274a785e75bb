import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { registry } from "../../../provider/host/registry";
import type { Definition } from "../../../provider/schema/definition";
import { emitSchema } from "../../../provider/schema/emit";
import { packageSchema } from "../../../provider/schema/package";
import { enumType, input, objectType } from "../../../provider/schema/vocabulary";
import { loadPackage } from "../../support/package-definition";

const color = enumType("Color", "A color.", { red: "Stop.", green: "Go." });
const part = objectType("Part", "A part.", {
  name: z.string().meta({ description: "Its name." }),
  port: input(z.int()).optional(),
  color: color.optional(),
});

type Spec = Record<string, Record<string, unknown>>;

const token = "certfleet:index:Thing";
const thing = (args: z.ZodRawShape, outputs: z.ZodRawShape = {}): Definition => ({
  token,
  description: "A thing.",
  args: z.strictObject(args),
  outputs: z.object(outputs),
});

const empty = { components: [], resources: [], config: z.strictObject({}) };
const emit = (parts: Partial<typeof empty> | object) =>
  emitSchema({ ...empty, ...parts }) as { resources: Spec; types: Spec; config: Spec; provider: Spec };

const component = (args: z.ZodRawShape, outputs: z.ZodRawShape = {}) => emit({ components: [thing(args, outputs)] });
const inputsOf = (args: z.ZodRawShape): unknown => component(args).resources[token]!.inputProperties;

describe("the schema of args", () => {
  it("marks as plain what decides structure, and nothing that may be an Output", () => {
    const args = { host: z.string(), names: z.array(z.string()), deferred: input(z.string()) };
    expect(inputsOf(args)).toEqual({
      host: { type: "string", plain: true },
      names: { type: "array", items: { type: "string", plain: true }, plain: true },
      deferred: { type: "string" },
    });
  });

  it("lets the values of a plain map be Outputs where the definition does", () => {
    expect(inputsOf({ tokens: z.record(z.string(), input(z.string())) })).toEqual({
      tokens: { type: "object", additionalProperties: { type: "string" }, plain: true },
    });
  });

  it("tells whole numbers from numbers", () => {
    expect(inputsOf({ whole: z.int(), any: z.number() })).toEqual({
      whole: { type: "integer", plain: true },
      any: { type: "number", plain: true },
    });
  });

  it("gives named types a definition of their own, once, and enums the meaning of each value", () => {
    const { resources, types } = component({ one: part, more: z.array(part).optional() }, { made: part });
    expect(resources[token]).toMatchObject({
      isComponent: true,
      inputProperties: {
        one: { $ref: "#/types/certfleet:index:Part", plain: true },
        more: { type: "array", items: { $ref: "#/types/certfleet:index:Part", plain: true } },
      },
      requiredInputs: ["one"],
      properties: { made: { $ref: "#/types/certfleet:index:Part" } },
      required: ["made"],
    });
    expect(types).toEqual({
      "certfleet:index:Color": {
        description: "A color.",
        type: "string",
        enum: [
          { value: "red", description: "Stop." },
          { value: "green", description: "Go." },
        ],
      },
      "certfleet:index:Part": {
        description: "A part.",
        type: "object",
        properties: {
          name: { type: "string", plain: true, description: "Its name." },
          port: { type: "integer" },
          color: { $ref: "#/types/certfleet:index:Color", plain: true, description: "A color." },
        },
        required: ["name"],
      },
    });
  });

  it("keeps what is plain in a type, whether outputs or inputs use it first", () => {
    const one = objectType("One", "One.", { name: z.string() });
    const maker = { ...thing({}, { made: one }), token: "certfleet:index:Maker" };
    const { types } = emit({ components: [maker, thing({ one })] });
    expect(types["certfleet:index:One"]!.properties).toEqual({ name: { type: "string", plain: true } });
  });

  it("says in the description what the schema has no field for: default, rule, source", () => {
    const size = z.int("must be whole").min(1, "must be at least 1").default(3);
    const args = {
      size: size.meta({ description: "Its size.", source: "RFC 1" }),
      names: z.array(z.string().min(1, "must not be empty")).default(["a"]).meta({ description: "Its names." }),
      place: input(z.string()).optional().meta({ description: "Its place.", default: "the cluster's" }),
    };
    expect(inputsOf(args)).toEqual({
      size: {
        type: "integer",
        plain: true,
        description: "Its size.\n\nDefault: `3`.\n\nRule: must be at least 1.\n\nSource: RFC 1.",
        default: 3,
      },
      names: {
        type: "array",
        items: { type: "string", plain: true },
        plain: true,
        description: 'Its names.\n\nDefault: `["a"]`.\n\nRule: each must not be empty.',
      },
      place: { type: "string", description: "Its place.\n\nDefault: the cluster's." },
    });
  });

  it("carries secrecy and deprecation", () => {
    const tokens = input(z.record(z.string(), z.string())).optional();
    const old = z.string().optional();
    expect(inputsOf({ tokens: tokens.meta({ secret: true }), old: old.meta({ deprecation: "use `tokens`" }) })).toEqual(
      {
        tokens: { type: "object", additionalProperties: { type: "string" }, secret: true },
        old: { type: "string", plain: true, deprecationMessage: "use `tokens`" },
      },
    );
  });
});

describe("the schema of a custom resource", () => {
  const key = input(z.string());
  const { resources } = emit({
    resources: [thing({ key: key.meta({ replaceOnChanges: true }) }, { pem: z.string().meta({ secret: true }) })],
  });

  it("is no component, and says which changes replace it", () => {
    expect(resources[token]).toEqual({
      description: "A thing.",
      inputProperties: { key: { type: "string", replaceOnChanges: true, willReplaceOnChanges: true } },
      requiredInputs: ["key"],
      properties: { pem: { type: "string", secret: true } },
      required: ["pem"],
    });
  });
});

describe("the schema of a provider's configuration", () => {
  const servers = input(z.array(z.string())).optional().meta({ description: "Servers." });
  const { config, provider } = emit({ config: z.strictObject({ servers }).meta({ description: "Settings." }) });
  const variables = { servers: { type: "array", items: { type: "string" }, description: "Servers." } };

  it("is the same for a stack's configuration and for an explicit provider", () => {
    expect(config).toEqual({ variables });
    expect(provider).toEqual({ description: "Settings.", inputProperties: variables, requiredInputs: [] });
  });
});

describe("a definition that no SDK could honour", () => {
  const secret = { secret: true };

  it.each<[string, z.ZodRawShape, string]>([
    [
      "a secret in a nested type",
      { parts: z.array(objectType("Lock", "A lock.", { code: z.string().meta(secret) })) },
      "Thing.parts[].code: a nested property cannot be secret",
    ],
    [
      "a secret among a map's values",
      { codes: z.record(z.string(), z.string().meta(secret)) },
      "Thing.codes[*]: secret and replaceOnChanges are said of a whole property",
    ],
    [
      "a secret below input()",
      { code: input(z.string().meta(secret)) },
      "Thing.code: secret and replaceOnChanges are said of a whole property",
    ],
    [
      "a replacement of a component",
      { name: z.string().meta({ replaceOnChanges: true }) },
      "Thing.name: only an arg of a custom resource",
    ],
    [
      "an object type without a name",
      { nameless: z.strictObject({ a: z.string() }) },
      "Thing.nameless: its type has no",
    ],
    ["an enum without a name", { nameless: z.enum(["a"]) }, "Thing.nameless: its type has no token"],
    [
      "one type that is plain here and may be an Output there",
      { one: part, other: input(part) },
      "Thing.other: certfleet:index:Part is plain in one place and may be an Output in another",
    ],
    ["two defaults", { size: z.int().default(3).meta({ default: "four" }) }, "Thing.size: has two defaults"],
    ["a rule that no message says", { name: z.string().max(3) }, "Thing.name: its check max_length has no message"],
    ["a type that Pulumi does not have", { when: z.date() }, "Thing.when: the Pulumi schema has no type for a date"],
  ])("is refused: %s", (_what, args, message) => {
    expect(() => inputsOf(args)).toThrow(message);
  });

  it("is refused among outputs too", () => {
    const nested = objectType("Key", "A key.", { pem: z.string().meta(secret) });
    expect(() => component({}, { key: nested })).toThrow("Thing.key.pem: a nested property cannot be secret");
  });
});

describe("schema.json", () => {
  const root = join(__dirname, "..", "..", "..");
  const stored = JSON.parse(readFileSync(join(root, "schema.json"), "utf8")) as Record<string, unknown>;

  it("is what the definitions say (npm run generate)", async () => {
    const generated: unknown = JSON.parse(JSON.stringify(packageSchema(String(stored.version), await loadPackage())));
    expect(stored).toEqual(generated);
  });

  it("registers every component under its own token", async () => {
    for (const [name, load] of Object.entries(registry.components)) expect((await load()).token).toBe(name);
    expect(Object.keys(stored.resources as object)).toEqual(expect.arrayContaining(Object.keys(registry.components)));
  });

  it("keeps the components' secrets secret", () => {
    expect(JSON.stringify(stored.resources)).toContain('"secret":true');
  });

  it("describes every property and every value of an enum", () => {
    const { resources, types, provider } = stored as Record<string, Spec>;
    const owners = [...Object.values(resources!), ...Object.values(types!), provider!] as Spec[];
    const properties = owners.flatMap((owner) => [
      ...Object.entries(owner.inputProperties ?? {}),
      ...Object.entries(owner.properties ?? {}),
      ...((owner.enum ?? []) as unknown as { value: string }[]).map((value) => [value.value, value] as const),
    ]) as [string, object][];
    const silent = properties.filter(([, property]) => !("description" in property)).map(([key]) => key);
    expect(properties.length).toBeGreaterThan(60);
    expect(silent).toEqual([]);
  });
});
