import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Path } from "./problems";
import { unwrap } from "./vocabulary";

type Issue = z.core.$ZodIssue;

/** Args as a schema has them, and all that is malformed in them. */
export interface Structure {
  /** Well-formed parts as they parse. A malformed leaf is as it was given; instead of a malformed object or list stands an empty one. */
  value: unknown;
  issues: Issue[];
}

/**
 * Checks args part by part, so that what is wrong with one part hides nothing of the others. zod alone gives either a value or issues.
 * Languages send absent optional properties as undefined or null; within a leaf a null is the user's own, as among Helm's values.
 */
export function checkStructure(schema: z.core.$ZodType, given: unknown, path: Path = []): Structure {
  const { inner } = unwrap(schema);
  if (inner instanceof z.ZodObject && isObject(given)) return checkObject(inner, given, path);
  if (inner instanceof z.ZodArray && Array.isArray(given)) return checkArray(inner, given, path);
  return checkLeaf(schema, inner, given, path);
}

function checkObject(schema: z.ZodObject, given: Record<string, unknown>, path: Path): Structure {
  const shape: Record<string, z.core.$ZodType> = schema.shape;
  const parts = Object.entries(shape).map(([key, part]) => {
    const item = Object.hasOwn(given, key) ? given[key] : undefined;
    return { key, ...checkStructure(part, item ?? undefined, [...path, key]) };
  });
  const present = parts.filter((part) => part.value !== undefined);
  const value = Object.fromEntries(present.map((part) => [part.key, part.value]));
  const issues = [...parts.flatMap((part) => part.issues), ...unknownKeys(schema, given, path)];
  return { value, issues: [...issues, ...(issues.length === 0 ? ownIssues(schema, value, path) : [])] };
}

function unknownKeys(schema: z.ZodObject, given: Record<string, unknown>, path: Path): Issue[] {
  if (!(schema.def.catchall instanceof z.ZodNever)) return [];
  const present = Object.keys(given).filter((key) => given[key] !== undefined && given[key] !== null);
  const keys = present.filter((key) => !Object.hasOwn(schema.shape, key));
  return keys.length > 0 ? [{ code: "unrecognized_keys", keys, path: [...path], message: "", input: given }] : [];
}

function checkArray(schema: z.ZodArray, given: readonly unknown[], path: Path): Structure {
  const parts = given.map((item, index) => checkStructure(schema.element, item, [...path, index]));
  const value = parts.map((part) => part.value);
  const issues = parts.flatMap((part) => part.issues);
  return { value, issues: [...issues, ...(issues.length === 0 ? ownIssues(schema, value, path) : [])] };
}

/** What an object or list says of itself as a whole: asked once its parts are well-formed. */
function ownIssues(schema: z.ZodObject | z.ZodArray, value: unknown, path: Path): Issue[] {
  return schema.def.checks?.length ? issuesOf(schema.safeParse(value, { reportInput: true }), path) : [];
}

function checkLeaf(schema: z.core.$ZodType, inner: z.core.$ZodType, given: unknown, path: Path): Structure {
  const result = z.safeParse(schema, given, { reportInput: true });
  if (result.success) return { value: result.data, issues: [] };
  return { value: standIn(inner, given), issues: issuesOf(result, path) };
}

/** Rules are spared from looking whether an object is one. */
function standIn(inner: z.core.$ZodType, given: unknown): unknown {
  if (inner instanceof z.ZodObject) return checkObject(inner, {}, []).value;
  return inner instanceof z.ZodArray ? [] : given;
}

function issuesOf(result: z.ZodSafeParseResult<unknown>, path: Path): Issue[] {
  return (result.error?.issues ?? []).map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !pulumi.Output.isInstance(value);
