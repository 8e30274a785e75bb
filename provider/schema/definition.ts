import type { z } from "zod";

/** A component or a custom resource as the package schema and the documentation need it. */
export interface Definition {
  token: string;
  description: string;
  args: z.ZodObject;
  outputs: z.ZodObject;
}

/** Everything that the package serves. */
export interface PackageDefinition {
  components: readonly Definition[];
  resources: readonly Definition[];
  /** What a provider is configured with; its description in its metadata. */
  config: z.ZodObject;
}
