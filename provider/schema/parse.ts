import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { formatPath, inputError, problemsOf, type Path, type Problem } from "./problems";
import { peek, peekOpen, secretOf } from "./settled";
import { checkStructure } from "./structure";
import { deferredSchema, hasOutput, metaOf, shapeOf, unwrap } from "./vocabulary";
import { isSecretPath, knownKeys } from "./walk";

/** Tells of a path whether all that stands there, and all around and below it, is well-formed. */
export type Sound = (path: Path) => boolean;

/**
 * Rules over several properties, which zod's schema of one property cannot state. `args` shows the values of Outputs that are known;
 * `given` is what the program wrote, for rules on that itself. Rules see malformed args too, so that one error holds all problems, but
 * must not judge by what is not sound: it would only repeat the cause.
 */
export type Rule<A> = (args: A, given: A, sound: Sound) => Problem[];

interface Definition<S extends z.ZodObject> {
  token: string;
  args: S;
  /** Fills in what the provider is configured with. */
  configure?: (args: z.output<S>) => z.output<S>;
  rules?: Rule<z.output<S>>;
}

/**
 * Args as a component works with them: checked, defaults filled in, secrets wrapped. Throws one error with all problems, before
 * anything is created.
 */
export function parseArgs<S extends z.ZodObject>(definition: Definition<S>, name: string, value: unknown): z.output<S> {
  const { args: schema, token } = definition;
  const structure = checkStructure(schema, value);
  const malformed = problemsOf(withKnownKeys(structure.issues, schema), (path) => isSecretPath(schema, path));
  const parsed = structure.value as z.output<S>;
  const args = definition.configure?.(parsed) ?? parsed;
  const sound = soundBeside(structure.issues.flatMap(pathsOf));
  const wrong = definition.rules?.(visible(schema, args), args, sound) ?? [];
  const problems = [...malformed, ...distinct(wrong.filter(({ path }) => sound(path)))];
  if (problems.length > 0) throw inputError(token, name, unprintable(schema, value, problems));
  return protect(schema, args) as z.output<S>;
}

/**
 * Args as rules see them: what is known, but not what is secret, for rules say what they saw. Properties that are secret by their schema
 * are shown: their rules are about keys alone.
 */
function visible<S extends z.ZodObject>(schema: S, args: z.output<S>): z.output<S> {
  const parts = Object.entries(args as Record<string, unknown>).map(([key, value]) => [
    key,
    isSecretPath(schema, [key]) ? peek(value).value : peekOpen(value),
  ]);
  return Object.fromEntries(parts) as z.output<S>;
}

function soundBeside(malformed: readonly Path[]): Sound {
  return (path) => !malformed.some((other) => isWithin(path, other) || isWithin(other, path));
}

const isWithin = (path: Path, outer: Path): boolean => outer.every((key, index) => path[index] === key);

const pathsOf = (issue: z.core.$ZodIssue): Path[] =>
  issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];

/** What many domains inherit from their defaults is wrong once. */
function distinct(problems: readonly Problem[]): Problem[] {
  const byText = new Map(problems.map((problem) => [`${formatPath(problem.path)} ${problem.reason}`, problem]));
  return [...byText.values()];
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
