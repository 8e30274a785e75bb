import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { nearest } from "./nearest";

export type Path = readonly PropertyKey[];

/** One thing that is wrong with an input. */
export interface Problem {
  path: Path;
  /** The rule that is broken, the value in question (never a secret) and the likely fix, as one sentence or two. */
  reason: string;
}

/** "domains[3].backend.port": the form in which Pulumi writes property paths. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => text + formatKey(key, text === ""), "");
}

function formatKey(key: PropertyKey, first: boolean): string {
  if (typeof key === "number") return `[${key}]`;
  const text = String(key);
  if (!/^[A-Za-z_][\w-]*$/.test(text)) return `[${JSON.stringify(text)}]`;
  return first ? text : `.${text}`;
}

const unknownText = "a value that is not known yet";

/** The value with every Output and resource in it replaced: to write one as JSON is an essay at best, and throws at worst. */
function withoutOutputs(value: unknown): unknown {
  if (pulumi.Output.isInstance(value)) return unknownText;
  if (pulumi.Resource.isInstance(value)) return "a resource";
  if (Array.isArray(value)) return value.map(withoutOutputs);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutOutputs(item)]));
}

/** A value as an error shows it: short, and without what is not known yet. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (pulumi.Output.isInstance(value)) return unknownText;
  const text = JSON.stringify(withoutOutputs(value)) ?? typeof value;
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** All problems of one component's args as one error, which the engine shows by property. */
export function inputError(token: string, name: string, problems: readonly Problem[]): pulumi.InputPropertiesError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return new pulumi.InputPropertiesError({
    message: `${token.split(":").pop()} "${name}" has ${count} in its args`,
    errors: problems.map(({ path, reason }) => ({ propertyPath: formatPath(path), reason })),
  });
}

/** zod's issues as problems. `secret` tells which paths must not show their value. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], secret: (path: Path) => boolean): Problem[] {
  return issues.flatMap((issue) => {
    const hidden = secret(issue.path);
    return issueProblems(issue).map(({ path, reason }) => ({
      // The keys of a secret map are told in the reason, where the engine adds no value to them.
      path: hidden ? path.slice(0, 1) : path,
      reason: hidden ? `${formatPath(path)}: ${reason}` : reason + shownValue(issue),
    }));
  });
}

/** The value, where it is one that a person typed there; a whole object would only bury the rule. */
function shownValue(issue: z.core.$ZodIssue): string {
  const plain = ["string", "number", "boolean"].includes(typeof issue.input) || issue.code === "invalid_type";
  return plain && issue.input !== undefined ? `; got ${show(issue.input)}` : "";
}

function issueProblems(issue: z.core.$ZodIssue): Problem[] {
  const { path } = issue;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(issue, key));
    case "invalid_type":
      return [{ path, reason: issue.input === undefined ? "is missing" : `must be ${article(issue.expected)}` }];
    case "invalid_value":
      return [{ path, reason: `must be one of ${issue.values.map((value) => show(value)).join(", ")}` }];
    default:
      return [{ path, reason: issue.message }];
  }
}

function unknownKey(issue: z.core.$ZodIssueUnrecognizedKeys, key: string): Problem {
  const known = (issue as { params?: { known?: string[] } }).params?.known ?? [];
  const suggestion = nearest(key, known);
  const fix = suggestion
    ? `; did you mean ${show(suggestion)}?`
    : known.length
      ? `; known keys: ${known.join(", ")}`
      : "";
  return { path: [...issue.path, key], reason: `is not a known key${fix}` };
}

function article(expected: string): string {
  if (expected === "record") return "an object";
  return expected === "int" ? "a whole number" : `${/^[aeiou]/.test(expected) ? "an" : "a"} ${expected}`;
}
