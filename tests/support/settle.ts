import * as pulumi from "@pulumi/pulumi";
import { note } from "../../provider/schema/settled";

/** The SDK's Output as it is at run time. */
interface RuntimeOutput extends pulumi.OutputInstance<unknown> {
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
  promise(): Promise<unknown>;
}

/** Notes what the Outputs in a value hold, as the host does when it makes them from what the engine sent. */
export async function settle(value: unknown): Promise<void> {
  if (pulumi.Output.isInstance(value)) {
    const output = value as unknown as RuntimeOutput;
    const [known, secret] = await Promise.all([output.isKnown, output.isSecret]);
    note(value, { known, secret, value: known ? await output.promise() : undefined });
  } else if (typeof value === "object" && value !== null && !pulumi.Resource.isInstance(value)) {
    await Promise.all(Object.values(value).map(settle));
  }
}
