import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Path } from "./problems";
import { deferredSchema, metaOf, shapeOf, unwrap } from "./vocabulary";

/** The schema of what lies one step below, if the step exists. */
function child(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType | undefined {
  const { inner } = unwrap(schema);
  const known = deferredSchema(inner) ?? inner;
  if (known !== inner) return child(known, key);
  // Of its own only: a key may be named "constructor".
  if (inner instanceof z.ZodObject) return new Map(shapeOf(inner)).get(String(key));
  if (inner instanceof z.ZodArray) return inner.element;
  if (inner instanceof z.ZodRecord) return inner.valueType;
  return undefined;
}

/** The keys that the object at a path knows; none where it is no object. */
export function knownKeys(schema: z.core.$ZodType, path: Path): string[] {
  const found = path.reduce<z.core.$ZodType | undefined>((at, key) => at && child(at, key), schema);
  if (!found) return [];
  const { inner } = unwrap(found);
  const known = unwrap(deferredSchema(inner) ?? inner).inner;
  return known instanceof z.ZodObject ? Object.keys(known.shape) : [];
}

/** What is said of every step of a path, outermost first; steps that the schema does not know are left out. */
export function metaAlong(schema: z.core.$ZodType, path: Path): z.GlobalMeta[] {
  let at: z.core.$ZodType | undefined = schema;
  return path.flatMap((key) => {
    at = at && child(at, key);
    return at ? [metaOf(at)] : [];
  });
}

/** Whether the value at a path belongs to a property that is marked secret. */
export const isSecretPath = (schema: z.core.$ZodType, path: Path): boolean =>
  metaAlong(schema, path).some((meta) => meta.secret);

/** The deprecated properties that are given, and what to do instead. What an Output holds is not looked into. */
export function deprecationsIn(
  schema: z.core.$ZodType,
  value: unknown,
  path: Path = [],
): { path: Path; instead: string }[] {
  if (value === undefined || value === null) return [];
  const { deprecation } = metaOf(schema);
  if (deprecation) return [{ path, instead: deprecation }];
  if (typeof value !== "object" || pulumi.Output.isInstance(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const step = Array.isArray(value) ? Number(key) : key;
    const below = child(schema, step);
    return below ? deprecationsIn(below, item, [...path, step]) : [];
  });
}
