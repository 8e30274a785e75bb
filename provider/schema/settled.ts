import * as pulumi from "@pulumi/pulumi";

/** The SDK's Output as it is at run time: whether its value is there already is not public. */
interface RuntimeOutput extends pulumi.OutputInstance<unknown> {
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
  promise(): Promise<unknown>;
}

interface Settled {
  value: unknown;
  secret: boolean;
}

const settled = new WeakMap<object, Settled>();

/**
 * Notes the value of every Output in a component's inputs that has one. The engine calls construct only once the inputs are resolved, so
 * in an update all are known and in a preview most: what is known is checked with everything else, before anything is made.
 */
export async function settle(value: unknown): Promise<void> {
  if (pulumi.Output.isInstance(value)) return settleOutput(value as RuntimeOutput);
  if (typeof value !== "object" || value === null || pulumi.Resource.isInstance(value)) return;
  await Promise.all(Object.values(value).map(settle));
}

async function settleOutput(output: RuntimeOutput): Promise<void> {
  if (await output.isKnown) settled.set(output, { value: await output.promise(), secret: await output.isSecret });
}

/** A value with its known Outputs replaced by what they hold, and whether one of them is secret. Unknown Outputs stay. */
export function peek(value: unknown): Settled {
  if (pulumi.Output.isInstance(value)) return settled.get(value) ?? { value, secret: false };
  if (typeof value !== "object" || value === null || pulumi.Resource.isInstance(value)) return { value, secret: false };
  const parts = Object.entries(value).map(([key, item]) => [key, peek(item)] as const);
  const secret = parts.some(([, part]) => part.secret);
  if (Array.isArray(value)) return { value: parts.map(([, part]) => part.value), secret };
  return { value: Object.fromEntries(parts.map(([key, part]) => [key, part.value])), secret };
}
