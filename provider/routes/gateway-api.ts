import type { z } from "zod";
import { mergeMaps, objectType } from "../schema/vocabulary";
import { stringMap, text } from "../schema/leaves";
import type { Manifest } from "../kubernetes/types";
import type { PlannedObject, RouteContext, RouteKind } from "./contract";

const apiVersion = "gateway.networking.k8s.io/v1";

export const gatewayApiArgs = objectType(
  "GatewayApiRoute",
  "Routes a domain by the Kubernetes Gateway API: a Gateway and an HTTPRoute of its own, and a second HTTPRoute that redirects http to https.",
  {
    gatewayClassName: text.optional().meta({
      description:
        "GatewayClass that serves the Gateway, for example `istio`, `traefik` or `gke-l7-global-external-managed`. " +
        "On many clouds each Gateway is a load balancer of its own.",
      default: "the platform's, where it names one",
      source: "gateway.networking.k8s.io/v1 Gateway spec.gatewayClassName",
    }),
    annotations: stringMap
      .optional()
      .meta({ description: "Annotations of the Gateway alone, over those of the domain." }),
  },
);

type GatewayApiArgs = z.output<typeof gatewayApiArgs>;

export const gatewayApi: RouteKind<GatewayApiArgs> = {
  merge: (below, above) => ({ ...below, ...above, annotations: mergeMaps(below.annotations, above.annotations) }),
  plan(context, args) {
    const redirect = context.redirect ? [redirectRoute(context)] : [];
    return [gateway(context, args), httpsRoute(context), ...redirect];
  },
};

function gateway(context: RouteContext, args: GatewayApiArgs): PlannedObject {
  const { host, secretName } = context;
  const allowedRoutes = { namespaces: { from: "Same" } };
  const certificateRefs = [{ group: "", kind: "Secret", name: secretName }];
  return {
    role: "",
    readyCondition: "Programmed",
    hasAddresses: true,
    manifest: object(context, "Gateway", context.name, mergeMaps(context.annotations, args.annotations), {
      gatewayClassName: args.gatewayClassName,
      listeners: [
        { name: "http", protocol: "HTTP", port: 80, hostname: host, allowedRoutes },
        {
          name: "https",
          protocol: "HTTPS",
          port: 443,
          hostname: host,
          allowedRoutes,
          tls: { mode: "Terminate", certificateRefs },
        },
      ],
    }),
  };
}

function httpsRoute(context: RouteContext): PlannedObject {
  const { service, port } = context.backend;
  return {
    role: "",
    manifest: object(context, "HTTPRoute", context.name, context.annotations, {
      parentRefs: [parentRef(context, "https")],
      hostnames: [context.host],
      rules: [{ matches: [{ path: { type: "PathPrefix", value: "/" } }], backendRefs: [{ name: service, port }] }],
    }),
  };
}

/** A route of its own on port 80: a solver's route has an Exact path there, which outranks this one, so challenges still pass. */
function redirectRoute(context: RouteContext): PlannedObject {
  const filter = { type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } };
  return {
    role: "redirect",
    manifest: object(context, "HTTPRoute", `${context.name}-redirect`, context.annotations, {
      parentRefs: [parentRef(context, "http")],
      hostnames: [context.host],
      rules: [{ matches: [{ path: { type: "PathPrefix", value: "/" } }], filters: [filter] }],
    }),
  };
}

const parentRef = (context: RouteContext, sectionName: string) => ({
  group: "gateway.networking.k8s.io",
  kind: "Gateway",
  name: context.name,
  sectionName,
});

function object(
  context: RouteContext,
  kind: string,
  name: string,
  annotations: RouteContext["annotations"],
  spec: Record<string, unknown>,
): Manifest {
  const { namespace, labels } = context;
  return { apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec };
}
