import type { Inside } from "../host/inside";
import type { Layout } from "../world/layout";
import type { WorldSettings } from "../world/settings";

/** What a component gets to know of its world. */
export interface ComponentContext {
  layout: Layout;
  /** Path of a program that the lab built. */
  program: (name: string) => string;
  charts: string;
  settings: WorldSettings;
  inside: Inside;
}

/** One process of a world: how it is started, and how one sees that it works. */
export interface Component {
  name: string;
  /** For people: where it listens. */
  address: string;
  /** Steps that must be done before it can start. */
  needs: readonly string[];
  /** Files it reads, by path; written before it starts, and a reason to restart it when they change. */
  files?(context: ComponentContext): Record<string, string>;
  argv(context: ComponentContext): string[];
  environment?(context: ComponentContext): Record<string, string>;
  /** Undefined when it works, else what is missing. */
  health(context: ComponentContext): Promise<string | undefined>;
  /** How long it may take until it works, on a slow and busy machine; that it ended is seen at once. */
  seconds: number;
  /** Seconds between SIGTERM and SIGKILL. */
  graceSeconds?: number;
}

/** An option and its value as the programs of Kubernetes want them. */
export const flags = (values: Record<string, string | number | boolean>): string[] =>
  Object.entries(values).map(([name, value]) => `--${name}=${value}`);

/** Healthy when this URL answers with 200. */
export async function answers(context: ComponentContext, url: string, more: object = {}): Promise<string | undefined> {
  const { status, body } = await context.inside.fetch({ url, ...more });
  return status === 200 ? undefined : `${url} answers ${status}: ${body.slice(0, 200)}`;
}
