import { z } from "zod";
import { deferredSchema, metaOf, shapeOf, unwrap } from "./vocabulary";

/** A component as the Pulumi package schema needs it. */
export interface Definition {
  token: string;
  description: string;
  args: z.ZodObject;
  outputs: z.ZodObject;
}

interface Property {
  type?: string;
  $ref?: string;
  items?: Property;
  additionalProperties?: Property;
  plain?: boolean;
  secret?: boolean;
  description?: string;
  default?: unknown;
}

interface ObjectSpec {
  description?: string;
  type: "object";
  properties: Record<string, Property>;
  required?: string[];
}

type EnumSpec = { description?: string; type: "string"; enum: { value: string }[] };

/** Inputs may be plain or accept Outputs; among outputs there is no such difference. */
type Side = "input" | "output";

/** The Pulumi package schema's resources and types, folded from what the components export. */
export function emitSchema(definitions: readonly Definition[]): { resources: object; types: object } {
  const types: Record<string, ObjectSpec | EnumSpec> = {};
  const resources = definitions.map(({ token, description, args, outputs }) => {
    const { properties: inputProperties, required: requiredInputs } = objectSpec(args, "input", types);
    const { properties, required } = objectSpec(outputs, "output", types);
    return [token, { isComponent: true, description, inputProperties, requiredInputs, properties, required }] as const;
  });
  const sorted = Object.entries(types).sort(([a], [b]) => a.localeCompare(b));
  return { resources: Object.fromEntries(resources), types: Object.fromEntries(sorted) };
}

function objectSpec(schema: z.ZodObject, side: Side, types: Record<string, ObjectSpec | EnumSpec>): ObjectSpec {
  const shape = shapeOf(schema);
  const properties = shape.map(([key, value]) => [key, propertySpec(value, side, types)] as const);
  const required = shape.filter(([, value]) => !unwrap(value).optional).map(([key]) => key);
  return { type: "object", properties: Object.fromEntries(properties), required };
}

function propertySpec(schema: z.core.$ZodType, side: Side, types: Record<string, ObjectSpec | EnumSpec>): Property {
  const { inner, defaultValue } = unwrap(schema);
  const { description, secret, source } = metaOf(schema);
  const text = [description, source && `Source: ${source}.`].filter(Boolean).join("\n\n");
  return {
    ...typeSpec(inner, side, types),
    ...(text ? { description: text } : {}),
    ...(isScalar(defaultValue) ? { default: defaultValue } : {}),
    ...(secret ? { secret } : {}),
  };
}

const isScalar = (value: unknown): boolean => ["string", "number", "boolean"].includes(typeof value);

function typeSpec(schema: z.core.$ZodType, side: Side, types: Record<string, ObjectSpec | EnumSpec>): Property {
  const deferred = deferredSchema(schema);
  if (deferred) return typeSpec(unwrap(deferred).inner, "output", types);
  const plain = side === "input" ? { plain: true } : {};
  const { token, description } = metaOf(schema);
  if (schema instanceof z.ZodObject) {
    if (!token) throw new Error(`an object type of the schema has no token: ${Object.keys(schema.shape).join(", ")}`);
    types[token] ??= { description, ...objectSpec(schema, side, types) };
    return { $ref: `#/types/${token}`, ...plain };
  }
  if (schema instanceof z.ZodEnum) {
    const values = schema.options.map((value) => ({ value: String(value) }));
    if (!token) return { type: "string", ...plain };
    types[token] ??= { description, type: "string", enum: values };
    return { $ref: `#/types/${token}`, ...plain };
  }
  if (schema instanceof z.ZodArray)
    return { type: "array", items: typeSpec(unwrap(schema.element).inner, side, types), ...plain };
  if (schema instanceof z.ZodRecord) {
    const value = unwrap(schema.valueType).inner;
    const additionalProperties =
      value instanceof z.ZodUnknown ? { $ref: "pulumi.json#/Any" } : typeSpec(value, side, types);
    return { type: "object", additionalProperties, ...(deferredSchema(value) ? {} : plain) };
  }
  if (schema instanceof z.ZodPipe) return typeSpec(schema.in, side, types);
  return { type: scalarType(schema), ...plain };
}

function scalarType(schema: z.core.$ZodType): string {
  if (schema instanceof z.ZodString) return "string";
  if (schema instanceof z.ZodBoolean) return "boolean";
  if (schema instanceof z.ZodNumber) return schema.isInt ? "integer" : "number";
  throw new Error(`the Pulumi schema has no type for a ${schema._zod.def.type}`);
}
