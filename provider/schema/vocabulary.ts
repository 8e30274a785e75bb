import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { peek } from "./settled";

/** What zod cannot say of a property or type, kept in zod's own registry by `.meta({...})`. */
declare module "zod" {
  interface GlobalMeta {
    /** Token of a named type, for example "certfleet:index:Backend". */
    token?: string;
    /** What a named type is, whatever is said of a property of that type. */
    typeDescription?: string;
    /** The value is a secret: encrypted in the state and never printed. Top-level properties only. */
    secret?: boolean;
    /** Where the rule or the default comes from: an RFC section or a field of a CRD. */
    source?: string;
    /** The default in words (Markdown), where zod does not apply it: it is computed, or comes from something else. */
    default?: string;
    /** What a value must be, beginning with "must", where zod's checks have no fixed message that says it. */
    constraint?: string;
    /** That the property goes away, as what to do instead: "use `other`". */
    deprecation?: string;
    /** A change of the property replaces the resource. Custom resources only: a component itself is nothing that could be replaced. */
    replaceOnChanges?: boolean;
    /** What the values of an enum mean. */
    values?: Readonly<Record<string, string>>;
  }
}

// Of unknown, because zod's registry types would expand a schema in its metadata without end.
const deferredLeaves = z.registry<{ inner: unknown }>();

/** The schema of a leaf's value once it is known; undefined for what is no leaf made by {@link input}. */
export const deferredSchema = (leaf: z.core.$ZodType): z.ZodType | undefined =>
  deferredLeaves.get(leaf)?.inner as z.ZodType | undefined;

/**
 * A leaf that accepts an Output. What is known is checked at once, an Output that is known already too; what is not is left alone: a
 * preview never waits for a value and never fails because of one that it cannot know.
 */
export function input<T extends z.ZodType>(inner: T) {
  const leaf = z.custom<pulumi.Input<z.output<T>>>().superRefine((given, ctx) => {
    const { value, secret } = peek(given);
    if (hasOutput(value)) return;
    const result = inner.safeParse(value, { reportInput: true });
    if (result.success) return;
    for (const issue of result.error.issues as z.core.$ZodRawIssue[]) {
      ctx.addIssue({ ...issue, ...(secret ? { input: "[secret]" } : {}), continue: true } as z.core.$ZodRawIssue);
    }
  });
  deferredLeaves.add(leaf, { inner });
  return leaf;
}

/** Whether a value is, or holds, an Output. */
export function hasOutput(value: unknown): boolean {
  if (pulumi.Output.isInstance(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasOutput);
}

/** A type's description is that of a property too, unless the property has one of its own. */
const named = (name: string, description: string) => ({
  token: `certfleet:index:${name}`,
  description,
  typeDescription: description,
});

/** An object type with a name of its own in every SDK. Unknown keys are refused. */
export function objectType<S extends z.ZodRawShape>(name: string, description: string, shape: S) {
  return z.strictObject(shape).meta(named(name, description));
}

/** An object type that one stack writes and another reads: keys that a later version adds are passed over. */
export function openObjectType<S extends z.ZodRawShape>(name: string, description: string, shape: S) {
  return z.object(shape).meta(named(name, description));
}

/** A string enum with a name of its own in every SDK, from its values and what each of them means. */
export function enumType<const V extends Readonly<Record<string, string>>>(
  name: string,
  description: string,
  values: V,
) {
  const names = Object.keys(values) as (keyof V & string)[];
  return z.enum(names as [keyof V & string, ...(keyof V & string)[]]).meta({ ...named(name, description), values });
}

/** The schema below `.optional()` and `.default()`, whether it may be left out, and its default. */
export function unwrap(schema: z.core.$ZodType): { inner: z.core.$ZodType; optional: boolean; defaultValue?: unknown } {
  if (schema instanceof z.ZodOptional) return { ...unwrap(schema.unwrap()), optional: true };
  if (schema instanceof z.ZodDefault) {
    return { ...unwrap(schema.unwrap()), optional: true, defaultValue: schema.def.defaultValue };
  }
  return { inner: schema, optional: false };
}

/** What `.meta()` says of a schema, or of the schema below its wrappers. */
export function metaOf(schema: z.core.$ZodType): z.GlobalMeta {
  const own = z.globalRegistry.get(schema);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return { ...metaOf(schema.unwrap()), ...own };
  return own ?? {};
}

/** An object schema's properties. */
export function shapeOf(schema: z.ZodObject): [string, z.core.$ZodType][] {
  const shape: Record<string, z.core.$ZodType> = schema.shape;
  return Object.entries(shape);
}

type StringMap = pulumi.Input<Record<string, string>>;

/** Labels or annotations with others over them, key by key. */
export function mergeMaps(below: StringMap | undefined, above: StringMap | undefined): StringMap | undefined {
  if (!below || !above) return above ?? below;
  if (!hasOutput(below) && !hasOutput(above)) return Object.assign({}, below, above);
  return pulumi.all([below, above]).apply(([first, second]) => ({ ...first, ...second }));
}
