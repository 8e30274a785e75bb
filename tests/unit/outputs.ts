import * as pulumi from "@pulumi/pulumi";

/** The value behind an Input, once it is known. */
export function valueOf<T>(input: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  const output = pulumi.output(input) as unknown as { promise(): Promise<pulumi.Unwrap<T>> };
  return output.promise();
}

/** A value that becomes known only later. */
export const later = <T>(value: T): pulumi.Output<T> =>
  pulumi.output(new Promise<T>((resolve) => setImmediate(() => resolve(value)))) as pulumi.Output<T>;
