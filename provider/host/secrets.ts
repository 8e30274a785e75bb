import * as pulumi from "@pulumi/pulumi";
import { metaOf, shapeOf } from "../schema/vocabulary";
import type { z } from "zod";

/** The SDK's Output as it is at run time; that a value is there already, as for all inputs of construct, is not public. */
interface SettledOutput extends pulumi.OutputInstance<unknown> {
  promise(withUnknowns: boolean): Promise<unknown>;
}

/**
 * Every SDK sends a secret property as one secret, a map of secrets included. Its keys are no secret: with them in the open, an entry
 * that is missing is found with all other problems, before anything is made.
 */
export async function openSecretMaps(schema: z.ZodObject, args: pulumi.Inputs): Promise<pulumi.Inputs> {
  const secrets = shapeOf(schema).filter(([, property]) => metaOf(property).secret);
  const opened = secrets.map(async ([key]) => [key, await openMap(args[key])] as const);
  return { ...args, ...Object.fromEntries(await Promise.all(opened)) };
}

async function openMap(value: unknown): Promise<unknown> {
  if (!pulumi.Output.isInstance(value)) return value;
  const output = value as SettledOutput;
  const map = await output.promise(true);
  if (typeof map !== "object" || map === null || Array.isArray(map)) return value;
  const entry = (key: string) => pulumi.secret(output.apply((known) => (known as Record<string, unknown>)[key]));
  return Object.fromEntries(Object.keys(map).map((key) => [key, entry(key)]));
}
