import type { z } from "zod";
import type { ProviderConfig } from "../plan/provider-config";
import type { Sound } from "../schema/parse";
import type { Problem } from "../schema/problems";

/** What every operation on a custom resource is given beside its inputs. */
export interface ResourceContext {
  config: ProviderConfig;
  /** Aborted when the engine cancels, or when the operation's own bound (`customTimeouts`) has passed. */
  signal: AbortSignal;
  /** The operation's own bound, if the program gave one. */
  timeoutSeconds: number | undefined;
}

/** A custom resource as it exists: its id, and its outputs. */
export interface Existing {
  id: string;
  state: Values;
}

/** Plain values that are all known, by property. */
export type Values = Record<string, unknown>;

/**
 * A custom resource of the plugin. The host checks inputs, compares them, keeps secrets and what is not known; an implementation sees
 * plain values. Inputs that stand among the outputs too need not be returned.
 */
export interface ResourceDefinition {
  token: string;
  description: string;
  args: z.ZodObject;
  outputs: z.ZodObject;
  /**
   * What holds over several properties, and between the inputs of last time and these; asked in previews too. What is not known of the
   * args is absent.
   */
  rules?(args: Values, before: Values | undefined, sound: Sound): Problem[];
  /** Outputs that no update changes. */
  stables?: readonly string[];
  /**
   * Outputs that follow from args and, in an update, from the state before it, so that a preview knows them. What is not known of the args
   * is absent.
   */
  preview?(args: Values, before: Values | undefined): Values;
  create(args: Values, context: ResourceContext): Promise<Existing>;
  /** What exists, or undefined if it is gone. Without it a refresh keeps the state, and an import is refused. `state` is absent on import. */
  read?(
    id: string,
    state: Values | undefined,
    context: ResourceContext,
  ): Promise<{ args: Values; state: Values } | undefined>;
  /** Without it every change needs a replacement, and each arg must say `replaceOnChanges`. */
  update?(existing: Existing, args: Values, context: ResourceContext): Promise<Values>;
  /** Idempotent: what is gone already is no error. */
  delete?(existing: Existing, context: ResourceContext): Promise<void>;
}

/** Thrown where something exists now and is not finished: it is kept in the state, and the next update goes on with it. */
export class Unfinished extends Error {
  constructor(
    readonly existing: Existing,
    message: string,
  ) {
    super(message);
  }
}
