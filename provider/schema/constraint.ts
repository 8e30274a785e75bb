import { z } from "zod";
import { deferredSchema, metaOf, unwrap } from "./vocabulary";

/**
 * What a value must be, in the words of its errors: the messages of zod's checks, and `constraint` of the metadata where a check has no
 * fixed message. So the documentation and the errors cannot differ.
 */
export function constraintsOf(schema: z.core.$ZodType, path: string): string[] {
  const { inner } = unwrap(schema);
  const leaf = deferredSchema(inner);
  if (leaf) return constraintsOf(leaf, path);
  const said = metaOf(schema).constraint;
  const own = [...(said ? [said] : []), ...messagesOf(inner, path)];
  return [...new Set([...own, ...innerConstraints(inner, path)])];
}

function innerConstraints(schema: z.core.$ZodType, path: string): string[] {
  if (schema instanceof z.ZodPipe) return constraintsOf(schema.in, path);
  const element =
    schema instanceof z.ZodArray ? schema.element : schema instanceof z.ZodRecord ? schema.valueType : undefined;
  // An object's own rules stand in the description of its type.
  if (!element || unwrap(element).inner instanceof z.ZodObject) return [];
  return constraintsOf(element, `${path}[]`).map((rule) => `each ${rule}`);
}

/** A fixed message does not look at the issue that it is asked for. */
const noIssue = { code: "custom", input: undefined };

function messagesOf(schema: z.core.$ZodType, path: string): string[] {
  if (schema instanceof z.ZodObject) return [];
  return (schema._zod.def.checks ?? []).flatMap((check) => {
    const { check: kind, error } = check._zod.def;
    const message = error?.(noIssue as never);
    if (typeof message === "string") return [message];
    // A whole number is a type of its own; a check by a function says its rule in the metadata, and its errors vary.
    if (kind === "number_format" || kind === "custom") return [];
    throw new Error(`${path}: its check ${kind} has no message, so neither an error nor the reference says the rule`);
  });
}
