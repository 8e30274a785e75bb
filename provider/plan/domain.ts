import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { environmentArgs } from "../issuers/acme";
import type { Manifest } from "../kubernetes/types";
import { mergeRoutes, planRoute, routeArgs } from "../routes";
import type { PlannedObject } from "../routes/contract";
import { label, port, seconds, stringMap } from "../schema/leaves";
import { input, mergeMaps, objectType } from "../schema/vocabulary";
import { hostname } from "../schema/hostname";
import { objectName } from "./names";

export const backendArgs = objectType("Backend", "The Service that answers for a domain.", {
  service: input(label).meta({ description: "Name of a Service in the domain's namespace." }),
  port: input(port).meta({ description: "Port of the Service, 1 to 65535." }),
});

export const timeoutArgs = objectType("DomainTimeouts", "How long an update waits for a domain, in seconds.", {
  certificate: seconds.optional().meta({ description: "Until the Certificate is Ready. Default: 600." }),
  gateway: seconds.optional().meta({
    description: "Until the Gateway is Programmed, counted from the end of the Certificate's bound. Default: 600.",
  }),
});

/** What a domain can say for itself, and `defaults` for all domains. */
const sharedShape = {
  namespace: input(label).optional().meta({
    description:
      "Namespace of the Certificate, its Secret, the Gateway, the routes and the backend. Default: `default`.",
  }),
  createNamespace: z.boolean().optional().meta({
    description:
      "Whether the namespace is made (and on destroy deleted) here. `namespace` must be a plain string then.",
  }),
  environment: environmentArgs
    .optional()
    .meta({ description: "ACME environment. Default: that of `acme` or of the platform." }),
  route: routeArgs.optional().meta({ description: "How the domain is routed. Default: by the Gateway API." }),
  redirect: z
    .boolean()
    .optional()
    .meta({ description: "Whether http is redirected to https with status 301. Default: true." }),
  labels: stringMap.optional().meta({ description: "Labels of everything that is made for the domain." }),
  annotations: stringMap.optional().meta({ description: "Annotations of everything that is made for the domain." }),
  timeouts: timeoutArgs.optional().meta({ description: "Bounds of all waiting." }),
};

export const domainShape = {
  host: hostname.meta({
    description:
      "Hostname, or a wildcard such as `*.apps.example.com`. International names are converted to ASCII (IDNA).",
    source: "RFC 1035 section 2.3.4, RFC 6125 section 6.4.3",
  }),
  backend: backendArgs.optional().meta({ description: "The Service that answers. Required unless `certificateOnly`." }),
  certificateOnly: z.boolean().optional().meta({
    description: "Makes the Certificate but no route, for a Secret that something else serves.",
  }),
  certificateFrom: hostname.optional().meta({
    description:
      "Host of another domain in the same namespace whose certificate covers this host, typically a wildcard. Makes no Certificate.",
  }),
  ...sharedShape,
};

export const defaultsArgs = objectType(
  "DomainDefaults",
  "What holds for every domain that does not say otherwise.",
  sharedShape,
);
export const domainArgs = objectType("Domain", "One host: its certificate and its route.", domainShape);

export type DomainArgs = z.output<typeof domainArgs>;
export type DomainDefaults = z.output<typeof defaultsArgs>;

/** A domain's own args over the defaults: key by key, also within the route, the timeouts, labels and annotations. */
export function withDefaults(domain: DomainArgs, defaults: DomainDefaults = {}): DomainArgs {
  const given = Object.fromEntries(Object.entries(domain).filter(([, value]) => value !== undefined));
  return {
    ...defaults,
    ...(given as DomainArgs),
    route: mergeRoutes(defaults.route, domain.route),
    timeouts: defaults.timeouts || domain.timeouts ? { ...defaults.timeouts, ...domain.timeouts } : undefined,
    labels: mergeMaps(defaults.labels, domain.labels),
    annotations: mergeMaps(defaults.annotations, domain.annotations),
  };
}

const ownLabels = { "app.kubernetes.io/managed-by": "certfleet" };

export interface DomainPlan {
  namespace: pulumi.Input<string>;
  secretName: string;
  certificate: Manifest | undefined;
  objects: PlannedObject[];
}

/** The objects of one domain, from its args and the issuer that its Certificate names. */
export function planDomain(
  args: DomainArgs,
  issuer: { name: pulumi.Input<string>; kind: pulumi.Input<string> },
): DomainPlan {
  const name = objectName(args.host);
  const namespace = args.namespace ?? "default";
  const labels = mergeMaps(ownLabels, args.labels) ?? ownLabels;
  const secretName = secretNameOf(args.certificateFrom ?? args.host);
  const metadata = { namespace, labels, annotations: args.annotations };
  const certificate = args.certificateFrom
    ? undefined
    : planCertificate({ name, ...metadata }, { secretName, host: args.host, issuer });
  if (args.certificateOnly || !args.backend) return { namespace, secretName, certificate, objects: [] };
  const context = {
    host: args.host,
    name,
    ...metadata,
    secretName,
    backend: args.backend,
    redirect: args.redirect ?? true,
  };
  return { namespace, secretName, certificate, objects: planRoute(context, args.route ?? {}) };
}

/** The Secret of a host's certificate: known from the host alone, so that another stack can name it. */
export const secretNameOf = (host: string): string => `${objectName(host)}-tls`;

function planCertificate(
  metadata: Manifest["metadata"],
  spec: { secretName: string; host: string; issuer: { name: pulumi.Input<string>; kind: pulumi.Input<string> } },
): Manifest {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata,
    spec: {
      secretName: spec.secretName,
      dnsNames: [spec.host],
      issuerRef: { group: "cert-manager.io", kind: spec.issuer.kind, name: spec.issuer.name },
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    },
  };
}
