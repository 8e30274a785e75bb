import { z } from "zod";
import { objectType } from "../schema/vocabulary";
import type { PlannedObject, RouteContext, RouteKind } from "./contract";
import { gatewayApi, gatewayApiArgs } from "./gateway-api";

/** How a domain is routed: exactly one kind. */
export const routeArgs = objectType("Route", "How a domain is routed. Exactly one kind; by default `gatewayApi`.", {
  gatewayApi: gatewayApiArgs.optional().meta({ description: "By the Kubernetes Gateway API (the default)." }),
});

export type RouteArgs = z.output<typeof routeArgs>;
export type RouteKindName = keyof RouteArgs;

/** Typed over the args' keys, so that a kind that is missing here does not compile. */
const kinds: { [K in RouteKindName]: RouteKind<NonNullable<RouteArgs[K]>> } = { gatewayApi };

/** A domain's own route over the default one. */
export function mergeRoutes(below: RouteArgs | undefined, above: RouteArgs | undefined): RouteArgs | undefined {
  if (!below?.gatewayApi || !above) return above ?? below;
  return { gatewayApi: kinds.gatewayApi.merge(below.gatewayApi, above.gatewayApi ?? {}) };
}

export function planRoute(context: RouteContext, route: RouteArgs): PlannedObject[] {
  return kinds.gatewayApi.plan(context, route.gatewayApi ?? {});
}
