import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { inputError, problemsOf, type Path, type Problem } from "./problems";
import { peek, secretOf } from "./settled";
import { deferredSchema, hasOutput, metaOf, shapeOf, unwrap } from "./vocabulary";
import { isSecretPath, knownKeys } from "./walk";

/**
 * Rules over several properties of already well-formed args, which zod's schema of one property cannot state. `args` shows the values of
 * Outputs that are known; `given` is what the program wrote, for rules on that itself.
 */
export type Rule<A> = (args: A, given: A) => Problem[];

/**
 * Args as a component works with them: checked, defaults filled in, secrets wrapped. Throws one error with all problems, before
 * anything is created.
 */
export function parseArgs<S extends z.ZodObject>(
  definition: {
    token: string;
    args: S;
    configure?: (args: z.output<S>) => z.output<S>;
    rules?: Rule<z.output<S>>;
  },
  name: string,
  value: unknown,
): z.output<S> {
  const { args: schema, token } = definition;
  const result = schema.safeParse(withoutAbsent(schema, value), { reportInput: true });
  if (!result.success) {
    const issues = withKnownKeys(result.error.issues, schema);
    const malformed = problemsOf(issues, (path) => isSecretPath(schema, path));
    const others = rulesBeside(malformed, definition.rules, lenient(schema, value) as z.output<S>);
    throw inputError(token, name, unprintable(schema, value, [...malformed, ...others]));
  }
  const args = definition.configure?.(result.data) ?? result.data;
  const problems = definition.rules?.(peek(args).value as z.output<S>, args) ?? [];
  if (problems.length > 0) throw inputError(token, name, unprintable(schema, value, problems));
  return protect(schema, args) as z.output<S>;
}

/**
 * What the rules find although something is malformed, so that one error holds all problems. What they say of the malformed parts
 * themselves is left out, for it would only repeat the cause.
 */
function rulesBeside<A>(malformed: readonly Problem[], rules: Rule<A> | undefined, args: A): Problem[] {
  let found: Problem[];
  try {
    found = rules?.(peek(args).value as A, args) ?? [];
  } catch {
    // Rules are written for well-formed args; where one cannot even look at these, its turn comes once they are mended.
    return [];
  }
  return found.filter(
    ({ path }) => !malformed.some((other) => isWithin(path, other.path) || isWithin(other.path, path)),
  );
}

const isWithin = (path: Path, outer: Path): boolean => outer.every((key, index) => path[index] === key);

/** Args of which a part is malformed: that part as it was given, all others as they parse. */
function lenient(schema: z.core.$ZodType, given: unknown): unknown {
  const value = withoutAbsent(schema, given);
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const { inner } = unwrap(schema);
  if (inner instanceof z.ZodArray && Array.isArray(value)) return value.map((item) => lenient(inner.element, item));
  if (!(inner instanceof z.ZodObject) || typeof value !== "object" || value === null) return value;
  const parts = shapeOf(inner).map(
    ([key, item]) => [key, lenient(item, (value as Record<string, unknown>)[key])] as const,
  );
  return Object.fromEntries(parts.filter(([, part]) => part !== undefined));
}

/** Languages send absent optional properties as undefined or null. Within a leaf a null is the user's own, as among Helm's values. */
function withoutAbsent(schema: z.core.$ZodType, value: unknown): unknown {
  const { inner } = unwrap(schema);
  if (deferredSchema(inner) || pulumi.Output.isInstance(value) || typeof value !== "object" || value === null)
    return value;
  if (inner instanceof z.ZodArray && Array.isArray(value))
    return value.map((item) => withoutAbsent(inner.element, item));
  if (!(inner instanceof z.ZodObject) || Array.isArray(value)) return value;
  const shape = new Map(shapeOf(inner));
  const given = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return Object.fromEntries(
    given.map(([key, item]) => [key, shape.has(key) ? withoutAbsent(shape.get(key)!, item) : item]),
  );
}

/**
 * The engine prints the value at every path that an error names, secrets in the clear (errorToMessage in its source_eval.go). A path to
 * what is secret, or holds a secret, is led one step on, to where nothing is.
 */
function unprintable(schema: z.ZodObject, args: unknown, problems: readonly Problem[]): Problem[] {
  return problems.map(({ path, reason }) => {
    const hidden = isSecretPath(schema, path) || peek(valueAt(args, path)).secret;
    return { path: hidden ? [...path, "*"] : path, reason };
  });
}

function valueAt(value: unknown, path: Path): unknown {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return value;
  return valueAt((value as Record<PropertyKey, unknown>)[key], rest);
}

function withKnownKeys(issues: readonly z.core.$ZodIssue[], schema: z.ZodObject): z.core.$ZodIssue[] {
  return issues.map((issue) =>
    issue.code === "unrecognized_keys" ? { ...issue, params: { known: knownKeys(schema, issue.path) } } : issue,
  );
}

/** Makes every property that is marked secret an Output that is one, whatever it was before. */
function protect(schema: z.core.$ZodType, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (metaOf(schema).secret) return secretOf(value);
  const { inner } = unwrap(schema);
  const leaf = deferredSchema(inner);
  if (leaf) return hasOutput(value) ? value : leaf.parse(value);
  if (inner instanceof z.ZodArray) return (value as unknown[]).map((item) => protect(inner.element, item));
  if (!(inner instanceof z.ZodObject)) return value;
  const given = shapeOf(inner).filter(([key]) => (value as Record<string, unknown>)[key] !== undefined);
  return Object.fromEntries(given.map(([key, item]) => [key, protect(item, (value as Record<string, unknown>)[key])]));
}
