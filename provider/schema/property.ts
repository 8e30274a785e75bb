import { z } from "zod";
import { constraintsOf } from "./constraint";
import { deferredSchema, metaOf, shapeOf, unwrap } from "./vocabulary";

/** A type as every emitter sees it, whatever zod makes of it. */
export type Type =
  | { kind: "scalar"; name: "string" | "boolean" | "integer" | "number"; deferred: boolean }
  | { kind: "any"; deferred: boolean }
  | { kind: "list" | "map"; element: Type; deferred: boolean }
  | { kind: "object"; token: string; description: string; schema: z.ZodObject; deferred: boolean }
  | { kind: "enum"; token: string; description: string; values: EnumValue[]; deferred: boolean };

export interface EnumValue {
  value: string;
  description?: string;
}

/** What the definition of a property says, read from its zod schema: what is emitted anywhere comes from here. */
export interface Property {
  key: string;
  type: Type;
  required: boolean;
  description: string;
  /** The default in words. */
  default?: string;
  /** The default as the schema can hold it. */
  defaultValue?: string | number | boolean;
  constraints: string[];
  source?: string;
  secret: boolean;
  deprecation?: string;
  replaceOnChanges: boolean;
}

/** An object's properties, each with all that is said of it. `path` is where the object stands, for errors. */
export function propertiesOf(schema: z.ZodObject, path: string): Property[] {
  return shapeOf(schema).map(([key, value]) => propertyOf(key, value, `${path}.${key}`));
}

function propertyOf(key: string, schema: z.core.$ZodType, path: string): Property {
  const { optional, defaultValue } = unwrap(schema);
  const meta = metaOf(schema);
  if (meta.default && defaultValue !== undefined)
    throw new Error(`${path}: has two defaults, one of zod and one in words`);
  return {
    key,
    type: typeOf(schema, false, path),
    required: !optional,
    description: meta.description ?? "",
    default: defaultValue === undefined ? meta.default : `\`${JSON.stringify(defaultValue)}\``,
    defaultValue: isScalar(defaultValue) ? defaultValue : undefined,
    constraints: constraintsOf(schema, path),
    source: meta.source,
    secret: meta.secret ?? false,
    deprecation: meta.deprecation,
    replaceOnChanges: meta.replaceOnChanges ?? false,
  };
}

const isScalar = (value: unknown): value is string | number | boolean =>
  ["string", "number", "boolean"].includes(typeof value);

/** `deferred` says that the value may be an Output. What lies in such a value may be one too. */
function typeOf(schema: z.core.$ZodType, deferred: boolean, path: string): Type {
  const { inner } = unwrap(schema);
  const leaf = deferredSchema(inner);
  if (leaf) return typeOf(below(leaf, path), true, path);
  if (inner instanceof z.ZodObject) return { kind: "object", schema: inner, deferred, ...nameOf(inner, path) };
  if (inner instanceof z.ZodEnum) return { kind: "enum", values: enumValues(inner), deferred, ...nameOf(inner, path) };
  if (inner instanceof z.ZodArray) {
    return { kind: "list", element: typeOf(below(inner.element, `${path}[]`), deferred, `${path}[]`), deferred };
  }
  if (inner instanceof z.ZodRecord) {
    return { kind: "map", element: typeOf(below(inner.valueType, `${path}[*]`), deferred, `${path}[*]`), deferred };
  }
  if (inner instanceof z.ZodPipe) return typeOf(inner.in, deferred, path);
  if (inner instanceof z.ZodUnknown) return { kind: "any", deferred };
  return { kind: "scalar", name: scalarOf(inner, path), deferred };
}

/** A schema that stands below a property's own. Nobody looks for a property's marks there, so they would be lost. */
function below(schema: z.core.$ZodType, path: string): z.core.$ZodType {
  const { secret, replaceOnChanges } = metaOf(schema);
  if (secret || replaceOnChanges) {
    throw new Error(`${path}: secret and replaceOnChanges are said of a whole property, not of what lies in it`);
  }
  return schema;
}

function nameOf(schema: z.core.$ZodType, path: string): { token: string; description: string } {
  const { token, typeDescription } = metaOf(schema);
  if (token) return { token, description: typeDescription ?? "" };
  throw new Error(`${path}: its type has no token; make it with objectType or enumType`);
}

function enumValues(schema: z.ZodEnum): EnumValue[] {
  const meanings = metaOf(schema).values ?? {};
  return schema.options.map((value) => ({ value: String(value), description: meanings[value] }));
}

function scalarOf(schema: z.core.$ZodType, path: string): "string" | "boolean" | "integer" | "number" {
  if (schema instanceof z.ZodString) return "string";
  if (schema instanceof z.ZodBoolean) return "boolean";
  if (schema instanceof z.ZodNumber) return schema.isInt ? "integer" : "number";
  throw new Error(`${path}: the Pulumi schema has no type for a ${schema._zod.def.type}`);
}
