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

/** Whether the value at a path belongs to a property that is marked secret. */
export function isSecretPath(schema: z.core.$ZodType, path: Path): boolean {
  let at: z.core.$ZodType | undefined = schema;
  for (const key of path) {
    at = at && child(at, key);
    if (!at) return false;
    if (metaOf(at).secret) return true;
  }
  return false;
}

/** What is said of every step of a path, outermost first; steps that the schema does not know are left out. */
export function metaAlong(schema: z.core.$ZodType, path: Path): z.GlobalMeta[] {
  let at: z.core.$ZodType | undefined = schema;
  return path.flatMap((key) => {
    at = at && child(at, key);
    return at ? [metaOf(at)] : [];
  });
}
