import type { ResourceDefinition, Values } from "../resources/definition";
import { metaOf, shapeOf } from "../schema/vocabulary";
import { asSecret } from "./wire";
import { isRecord, reveal, signatureKey, signatures, unknownText, type Json } from "./wire-format";

/**
 * The outputs of a custom resource: what the implementation says, and what stands among the inputs under the same name. What is a secret
 * by definition, or was one as an input, is one. `missing` is the value of all others: in a preview they are not known.
 */
export function outputsOf(
  definition: ResourceDefinition,
  inputs: Json,
  state: Values,
  missing: (key: string) => unknown = () => undefined,
): Json {
  const outputs = shapeOf(definition.outputs).map(([key, schema]) => {
    const value = state[key] ?? inputs[key] ?? missing(key);
    const secret = metaOf(schema).secret === true || holdsSecret(inputs[key]);
    return [key, secret && value !== undefined ? asSecret(value) : value] as const;
  });
  return Object.fromEntries(outputs.filter(([, value]) => value !== undefined));
}

/** Inputs as a read found them, with what is a secret by definition or was one before. */
export function inputsOf(definition: ResourceDefinition, args: Values, before: Json): Json {
  const inputs = shapeOf(definition.args).map(([key, schema]) => {
    const secret = metaOf(schema).secret === true || holdsSecret(before[key]);
    return [key, secret && args[key] !== undefined ? asSecret(args[key]) : args[key]] as const;
  });
  return Object.fromEntries(inputs.filter(([, value]) => value !== undefined));
}

/**
 * Outputs in a preview: those that follow from the inputs, those that no update changes, and the rest as not known. What mirrors an
 * input that is not given is absent, before and after.
 */
export function previewOutputs(definition: ResourceDefinition, inputs: Json, olds: Json): Json {
  const before = Object.keys(olds).length > 0 ? plainOf(olds) : undefined;
  const planned = definition.preview?.(plainOf(inputs), before) ?? {};
  const [stables, mirrored] = [new Set(definition.stables), new Set(Object.keys(definition.args.shape))];
  return outputsOf(definition, inputs, planned, (key) => {
    if (mirrored.has(key)) return undefined;
    return stables.has(key) ? (olds[key] ?? unknownText) : unknownText;
  });
}

function holdsSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsSecret);
  if (!isRecord(value)) return false;
  return value[signatureKey] === signatures.secret || Object.values(value).some(holdsSecret);
}

/** Properties as an implementation sees them: secrets as their values, and without what is not known. */
export const plainOf = (properties: Json): Values => plain(properties) as Values;

function plain(wrapped: unknown): unknown {
  const value = reveal(wrapped);
  if (value === unknownText) return undefined;
  if (Array.isArray(value)) {
    const items = value.map(plain);
    // A list with gaps would be taken for another list.
    return items.includes(undefined) ? undefined : items;
  }
  if (!isRecord(value)) return value;
  const known = Object.entries(value).map(([key, item]) => [key, plain(item)] as const);
  return Object.fromEntries(known.filter(([, item]) => item !== undefined));
}
