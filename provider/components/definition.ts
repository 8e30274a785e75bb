import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { ProviderConfig } from "../plan/provider-config";
import { parseArgs, type Rule } from "../schema/parse";
import { formatPath } from "../schema/problems";
import { deprecationsIn } from "../schema/walk";

/** Options as the host passes them on: what to depend on is a list of resources, known at once. */
export interface ComponentOptions extends pulumi.ComponentResourceOptions {
  dependsOn?: pulumi.Resource[];
}

/** A component that knows its declared outputs, so that the host can return them. */
export abstract class Component extends pulumi.ComponentResource {
  outputs: pulumi.Inputs = {};

  protected declareOutputs(outputs: pulumi.Inputs): void {
    this.outputs = outputs;
    this.registerOutputs(outputs);
  }
}

/** What a component is to the host, to the schema and to the documentation. */
export interface ComponentDefinition {
  token: string;
  description: string;
  args: z.ZodObject;
  outputs: z.ZodObject;
  construct(name: string, args: unknown, opts: ComponentOptions, config?: ProviderConfig): Component;
}

/** Binds a component's class to its args: everything is checked before the first resource is made. */
export function defineComponent<S extends z.ZodObject>(definition: {
  token: string;
  description: string;
  args: S;
  outputs: z.ZodObject;
  /** Well-formed args with what the provider is configured with, where they say nothing themselves. */
  configure?: (args: z.output<S>, config: ProviderConfig) => z.output<S>;
  rules?: Rule<z.output<S>>;
  create: new (name: string, args: z.output<S>, opts: ComponentOptions) => Component;
}): ComponentDefinition {
  return {
    ...definition,
    construct(name, args, opts, config = {}) {
      const configure = (parsed: z.output<S>) => definition.configure?.(parsed, config) ?? parsed;
      const component = new definition.create(name, parseArgs({ ...definition, configure }, name, args), opts);
      for (const { path, instead } of deprecationsIn(definition.args, args)) {
        void pulumi.log.warn(`${formatPath(path)} is deprecated: ${instead}`, component);
      }
      return component;
    },
  };
}
