import * as pulumi from "@pulumi/pulumi";
import type { Path, Problem } from "../schema/problems";
import { note, notedOf } from "../schema/settled";
import { DependencyResource, OutputClass, type RuntimeOutput } from "./sdk";
import { isRecord, signatureKey, signatures, unknownText, type Json } from "./wire-format";

export interface Decoded {
  value: pulumi.Inputs;
  /** What the wire holds and no argument of certfleet can be. */
  problems: Problem[];
}

/**
 * Inputs from the engine: secrets, values that are not known yet and Outputs all become Outputs, each noted with what it holds, and
 * everything else stays as it is.
 */
export function decodeInputs(inputs: Json): Decoded {
  const problems: Problem[] = [];
  const value: pulumi.Inputs = decodeObject(inputs, [], problems);
  return { value, problems };
}

function decode(value: unknown, path: Path, problems: Problem[]): unknown {
  if (value === unknownText) return unknownOutput({});
  if (Array.isArray(value)) return value.map((item, index) => decode(item, [...path, index], problems));
  if (!isRecord(value)) return value;
  const signature = value[signatureKey];
  return signature === undefined ? decodeObject(value, path, problems) : special(signature, value, path, problems);
}

function decodeObject(value: Json, path: Path, problems: Problem[]): Record<string, unknown> {
  const parts = Object.entries(value).map(([key, item]) => [key, decode(item, [...path, key], problems)] as const);
  return Object.fromEntries(parts);
}

function special(signature: unknown, value: Json, path: Path, problems: Problem[]): unknown {
  const secret = value.secret === true;
  const dependencies = Array.isArray(value.dependencies) ? value.dependencies.map(String) : [];
  switch (signature) {
    case signatures.secret:
      return knownOutput(decode(value.value, path, problems), { secret: true });
    case signatures.output:
      return value.value === undefined
        ? unknownOutput({ secret, dependencies })
        : knownOutput(decode(value.value, path, problems), { secret, dependencies });
    default:
      problems.push({ path, reason: refusal(signature) });
      return undefined;
  }
}

function refusal(signature: unknown): string {
  if (signature === signatures.resource) return "is a resource; pass one of its outputs instead, such as its name";
  if (signature === signatures.asset || signature === signatures.archive)
    return "is an asset or archive; pass its text instead";
  return "is a special value of a kind that this version of certfleet does not know";
}

interface Facts {
  secret?: boolean;
  dependencies?: readonly string[];
}

const resourcesOf = (urns: readonly string[]): Set<pulumi.Resource> =>
  new Set(urns.map((urn) => new DependencyResource(urn)));

function unknownOutput({ secret = false, dependencies = [] }: Facts): pulumi.Output<unknown> {
  const resources = resourcesOf(dependencies);
  const [no, isSecret] = [Promise.resolve(false), Promise.resolve(secret)];
  const output = new OutputClass(resources, Promise.resolve(undefined), no, isSecret, Promise.resolve(resources));
  return note(output, { known: false, value: undefined, secret });
}

/** An Output of what is known, which may hold Outputs that are not. */
function knownOutput(value: unknown, { secret = false, dependencies = [] }: Facts): pulumi.Output<unknown> {
  const resources = resourcesOf(dependencies);
  const flat = pulumi.output(value) as unknown as RuntimeOutput;
  const isSecret = flat.isSecret.then((inner) => inner || secret);
  const all = flat.allResources().then((inner) => new Set([...inner, ...resources]));
  const output = new OutputClass(resources, flat.promise(), flat.isKnown, isSecret, all);
  return note(output, { known: true, value, secret });
}

/** The inverse: Outputs of what was noted go back to secrets and unknown values. */
export function encode(value: unknown): unknown {
  if (pulumi.Output.isInstance(value)) {
    const { known, value: inner, secret } = notedOf(value);
    const plain = known ? encode(inner) : unknownText;
    return secret ? asSecret(plain) : plain;
  }
  if (Array.isArray(value)) return value.map(encode);
  if (!isRecord(value)) return value;
  const given = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(given.map(([key, item]) => [key, encode(item)]));
}

/** A value that is marked as a secret on the wire, once. */
export function asSecret(value: unknown): unknown {
  if (isRecord(value) && value[signatureKey] === signatures.secret) return value;
  return { [signatureKey]: signatures.secret, value };
}
