import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { formatPath, inputError, problemsOf, type Path, type Problem } from "./problems";
import { deferredSchema, hasOutput, metaOf, shapeOf, unwrap } from "./vocabulary";
import { isSecretPath, knownKeys } from "./walk";

/** Rules over several properties of already well-formed args, which zod's schema of one property cannot state. */
export type Rule<A> = (args: A) => Problem[];

/**
 * Args as a component works with them: defaults filled in, everything known checked, everything else wrapped so that it is checked
 * as soon as it is known. Throws one error with all problems, before anything is created.
 */
export function parseArgs<S extends z.ZodObject>(
  definition: { token: string; args: S; rules?: Rule<z.output<S>> },
  name: string,
  value: unknown,
): z.output<S> {
  const { args: schema, token } = definition;
  const result = schema.safeParse(withoutUndefined(value), { reportInput: true });
  if (!result.success) {
    throw inputError(
      token,
      name,
      problemsOf(withKnownKeys(result.error.issues, schema), (path) => isSecretPath(schema, path)),
    );
  }
  const problems = definition.rules?.(result.data) ?? [];
  if (problems.length > 0) throw inputError(token, name, problems);
  return protect(schema, result.data) as z.output<S>;
}

/** Languages send absent optional properties as undefined or null; both mean "not given". */
function withoutUndefined(value: unknown): unknown {
  if (pulumi.Output.isInstance(value)) return value;
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const given = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return Object.fromEntries(given.map(([key, item]) => [key, withoutUndefined(item)]));
}

function withKnownKeys(issues: readonly z.core.$ZodIssue[], schema: z.ZodObject): z.core.$ZodIssue[] {
  return issues.map((issue) =>
    issue.code === "unrecognized_keys" ? { ...issue, params: { known: knownKeys(schema, issue.path) } } : issue,
  );
}

/** Puts the check of its later value on every Output, and secrecy on every property that is marked secret. */
function protect(schema: z.core.$ZodType, value: unknown, path: Path = [], secret = false): unknown {
  if (value === undefined) return undefined;
  const { inner } = unwrap(schema);
  const hidden = secret || metaOf(schema).secret === true;
  const leaf = deferredSchema(inner);
  if (leaf) return protectLeaf(leaf, value, path, hidden);
  if (inner instanceof z.ZodObject) {
    const given = shapeOf(inner).filter(([key]) => (value as Record<string, unknown>)[key] !== undefined);
    return Object.fromEntries(
      given.map(([key, item]) => [key, protect(item, (value as Record<string, unknown>)[key], [...path, key], hidden)]),
    );
  }
  if (inner instanceof z.ZodArray) {
    return (value as unknown[]).map((item, index) => protect(inner.element, item, [...path, index], hidden));
  }
  if (inner instanceof z.ZodRecord) {
    const entries = Object.entries(value as object);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, protect(inner.valueType, item, [...path, key], hidden)]),
    );
  }
  return value;
}

function protectLeaf(inner: z.ZodType, value: unknown, path: Path, secret: boolean): unknown {
  if (!hasOutput(value)) return secret ? pulumi.secret(value) : inner.parse(value);
  const later = pulumi.output(value as object) as pulumi.Output<unknown>;
  const checked = later.apply((known) => checkKnown(inner, known, path, secret));
  return secret ? pulumi.secret(checked) : checked;
}

/** Checks a value that became known only after construct had begun. */
function checkKnown(inner: z.ZodType, known: unknown, path: Path, secret: boolean): unknown {
  const result = inner.safeParse(withoutUndefined(known), { reportInput: true });
  if (result.success) return result.data;
  const problems = problemsOf(result.error.issues, () => secret);
  const lines = problems.map((problem) => {
    const at = secret ? path : [...path, ...problem.path];
    return `${formatPath(at)}: ${problem.reason}`;
  });
  throw new LateInputError(lines.join("; "));
}

/** An error in a value that was not known at first. Its stack would only show certfleet's own lines: the message says all. */
class LateInputError extends Error {
  constructor(message: string) {
    super(message);
    this.stack = message;
  }
}
