import type { z } from "zod";
import type { ProviderConfig } from "../plan/provider-config";
import type { Rule } from "../schema/parse";

/** What every operation on a custom resource is given beside its inputs. */
export interface ResourceContext {
  config: ProviderConfig;
  /** Aborted when the engine cancels, or when the operation's own bound has passed. */
  signal: AbortSignal;
}

/** A custom resource as it exists: its id, and its outputs. */
export interface Existing<State> {
  id: string;
  state: State;
}

/**
 * A custom resource of the plugin. The host checks inputs, compares, and keeps secrets and unknown values; an implementation sees plain
 * values that are all known, but in `plan`.
 */
export interface ResourceDefinition<Args = never, State = unknown> {
  token: string;
  description: string;
  args: z.ZodObject;
  outputs: z.ZodObject;
  rules?: Rule<Args>;
  /** Outputs that follow from the args alone, so that they are known in a preview; `old` is the state before an update. */
  plan?(args: Partial<Args>, old: State | undefined): Partial<State>;
  create(args: Args, context: ResourceContext): Promise<Existing<State>>;
  /** What exists by that id, or undefined if it is gone. Without it a refresh keeps the state, and an import is refused. */
  read?(
    id: string,
    state: State | undefined,
    context: ResourceContext,
  ): Promise<{ args: Args; state: State } | undefined>;
  update?(existing: Existing<State>, args: Args, context: ResourceContext): Promise<State>;
  delete?(existing: Existing<State>, context: ResourceContext): Promise<void>;
}
