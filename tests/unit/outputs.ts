import * as pulumi from "@pulumi/pulumi";

/** The value behind an Input, once it is known. */
export function valueOf<T>(input: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  const output = pulumi.output(input) as unknown as { promise(): Promise<pulumi.Unwrap<T>> };
  return output.promise();
}

/** A value that becomes known only later. */
export const later = <T>(value: T): pulumi.Output<T> =>
  pulumi.output(new Promise<T>((resolve) => setImmediate(() => resolve(value)))) as pulumi.Output<T>;

/**
 * The errors that Inputs end in. A failing Output also rejects promises that only the SDK can reach; the plugin's host
 * reports those, and here they are dropped.
 */
export async function failuresOf(...inputs: pulumi.Input<unknown>[]): Promise<string[]> {
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", () => undefined);
  try {
    const settled = await Promise.allSettled(inputs.map((input) => valueOf(input)));
    await new Promise((resolve) => setTimeout(resolve, 10));
    return settled.flatMap((end) => (end.status === "rejected" ? [messageOf(end.reason)] : []));
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const listener of listeners) process.on("unhandledRejection", listener);
  }
}

/** What the engine prints of an error: its stack, which must say no more than its message. */
const messageOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
