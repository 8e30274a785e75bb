import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { ProviderConfig } from "../plan/provider-config";
import { parseArgs, type Rule } from "../schema/parse";
import { formatPath } from "../schema/problems";
import { deprecationsIn } from "../schema/walk";
import type { ClusterAccess } from "./cluster-access";

/** Options as the host passes them on: what to depend on is a list of resources, known at once. */
export interface ComponentOptions extends pulumi.ComponentResourceOptions {
  dependsOn?: pulumi.Resource[];
  /** certfleet's own way into the cluster, where a component around this one has made it. */
  access?: ClusterAccess | undefined;
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
  /** Args as the component works with them; throws one error with all problems. */
  parse(name: string, args: unknown, config?: ProviderConfig): unknown;
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
  /** What is right and yet worth telling, in each preview and update. */
  warnings?: (args: z.output<S>) => string[];
  create: new (name: string, args: z.output<S>, opts: ComponentOptions) => Component;
}): ComponentDefinition {
  const parse = (name: string, args: unknown, config: ProviderConfig = {}): z.output<S> => {
    const configure = (parsed: z.output<S>) => definition.configure?.(parsed, config) ?? parsed;
    return parseArgs({ ...definition, configure }, name, args);
  };
  return {
    ...definition,
    parse,
    construct(name, args, opts, config) {
      const parsed = parse(name, args, config);
      const component = new definition.create(name, parsed, opts);
      const deprecated = deprecationsIn(definition.args, args).map(
        ({ path, instead }) => `${formatPath(path)} is deprecated: ${instead}`,
      );
      for (const text of [...deprecated, ...(definition.warnings?.(parsed) ?? [])]) {
        void pulumi.log.warn(text, component);
      }
      return component;
    },
  };
}
