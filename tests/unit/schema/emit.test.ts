import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { registry } from "../../../provider/host/registry";
import { emitSchema } from "../../../provider/schema/emit";
import { packageSchema } from "../../../provider/schema/package";
import { enumType, input, objectType } from "../../../provider/schema/vocabulary";

const color = enumType("Color", "A color.", ["red", "green"]);
const part = objectType("Part", "A part.", {
  name: z.string().meta({ description: "Its name." }),
  port: input(z.int()).optional(),
  color: color.optional(),
});

const schemaOf = (args: z.ZodRawShape, outputs: z.ZodRawShape = {}) =>
  emitSchema([
    { token: "certfleet:index:Thing", description: "A thing.", args: z.strictObject(args), outputs: z.object(outputs) },
  ]) as {
    resources: Record<string, Record<string, unknown>>;
    types: Record<string, Record<string, unknown>>;
  };

const inputsOf = (args: z.ZodRawShape): unknown => schemaOf(args).resources["certfleet:index:Thing"]!.inputProperties;

describe("emitSchema", () => {
  it("marks as plain what decides structure, and nothing that may be an Output", () => {
    const args = { host: z.string(), names: z.array(z.string()), deferred: input(z.string()) };
    expect(inputsOf(args)).toEqual({
      host: { type: "string", plain: true },
      names: { type: "array", items: { type: "string", plain: true }, plain: true },
      deferred: { type: "string" },
    });
  });

  it("tells whole numbers from numbers", () => {
    expect(inputsOf({ whole: z.int(), any: z.number() })).toEqual({
      whole: { type: "integer", plain: true },
      any: { type: "number", plain: true },
    });
  });

  it("gives named types a definition of their own, once", () => {
    const { resources, types } = schemaOf({ one: part, more: z.array(part).optional() }, { made: part });
    expect(resources["certfleet:index:Thing"]).toMatchObject({
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
        enum: [{ value: "red" }, { value: "green" }],
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

  it("carries descriptions with their sources, defaults and secrecy", () => {
    const args = {
      size: z.int().default(3).meta({ description: "Its size.", source: "RFC 1" }),
      tokens: z.record(z.string(), input(z.string())).optional().meta({ secret: true }),
    };
    expect(inputsOf(args)).toEqual({
      size: { type: "integer", plain: true, description: "Its size.\n\nSource: RFC 1.", default: 3 },
      tokens: { type: "object", additionalProperties: { type: "string" }, secret: true },
    });
  });

  it("refuses an object type that no language could name", () => {
    expect(() => inputsOf({ nameless: z.strictObject({ a: z.string() }) })).toThrow("has no token: a");
  });
});

describe("schema.json", () => {
  const root = join(__dirname, "..", "..", "..");
  const stored = JSON.parse(readFileSync(join(root, "schema.json"), "utf8")) as Record<string, unknown>;

  it("is what the components' definitions say (npm run generate)", async () => {
    const definitions = await Promise.all(Object.values(registry.components).map((load) => load()));
    const generated: unknown = JSON.parse(JSON.stringify(packageSchema(String(stored.version), definitions)));
    expect(stored).toEqual(generated);
  });

  it("registers every component under its own token", async () => {
    for (const [token, load] of Object.entries(registry.components)) expect((await load()).token).toBe(token);
    expect(Object.keys(stored.resources as object).sort()).toEqual(Object.keys(registry.components).sort());
  });

  it("keeps secrets at the top level of args, where every language's package honours them", () => {
    expect(JSON.stringify(stored.types)).not.toContain('"secret":true');
    expect(JSON.stringify(stored.resources)).toContain('"secret":true');
  });

  it("describes every property", () => {
    const { resources, types } = stored as Record<string, Record<string, Record<string, Record<string, object>>>>;
    const owners = [...Object.values(resources!), ...Object.values(types!)];
    const properties = owners.flatMap((owner) => [
      ...Object.entries(owner.inputProperties ?? {}),
      ...Object.entries(owner.properties ?? {}),
    ]);
    const silent = properties.filter(([, property]) => !("description" in property)).map(([key]) => key);
    expect(properties.length).toBeGreaterThan(60);
    expect(silent).toEqual([]);
  });
});
