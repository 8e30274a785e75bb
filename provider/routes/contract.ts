import type * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "../kubernetes/types";

/** What every route kind is given to plan with. Leaves may not be known yet. */
export interface RouteContext {
  host: string;
  /** Name of the domain's own objects. */
  name: string;
  namespace: pulumi.Input<string>;
  labels: pulumi.Input<Record<string, string>>;
  annotations: pulumi.Input<Record<string, string>> | undefined;
  secretName: string;
  backend: { service: pulumi.Input<string>; port: pulumi.Input<number> };
  redirect: boolean;
}

export interface PlannedObject {
  /** Last part of the logical name; "" for the only object of its type. */
  role: string;
  manifest: Manifest;
  /** Condition that says the object is in service; without one it is not awaited. */
  readyCondition?: string;
  /** Whether the object's status holds the addresses at which the host is served. */
  hasAddresses?: boolean;
}

/** A kind of route: its own args fragment beside its plan from args to objects. */
export interface RouteKind<A> {
  /** A domain's own args over the defaults. */
  merge(below: A, above: A): A;
  plan(context: RouteContext, args: A): PlannedObject[];
}
