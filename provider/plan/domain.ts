import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { dnsZoneArgs } from "../dns/zones";
import { environmentArgs } from "../issuers/acme";
import { ownLabels, type Manifest } from "../kubernetes/types";
import { mergeRoutes, planRoute, routeArgs } from "../routes";
import type { PlannedObject } from "../routes/contract";
import { label, objectNameText, port, seconds, stringMap, text } from "../schema/leaves";
import { input, mergeMaps, objectType } from "../schema/vocabulary";
import { hostname } from "../schema/hostname";
import { recordSettingsArgs } from "./dns-records";
import { issuerArgs, type IssuerArgs } from "./issuer-reference";
import { objectName } from "./names";
import { privateKeyArgs, privateKeySpec, type PrivateKeyArgs } from "./private-key";
import { renewalArgs, renewalSpec, type RenewalArgs } from "./renewal";

export const backendArgs = objectType("Backend", "The Service that answers for a domain.", {
  service: input(label).meta({ description: "Name of a Service in the domain's namespace." }),
  port: input(port).meta({ description: "Port of the Service." }),
});

export const timeoutArgs = objectType("DomainTimeouts", "How long an update waits for a domain, in seconds.", {
  certificate: seconds.optional().meta({ description: "Until the Certificate is Ready.", default: "`600`" }),
  gateway: seconds.optional().meta({
    description: "Until the Gateway is Programmed, counted from the end of the Certificate's bound.",
    default: "`600`",
  }),
  dns: seconds.optional().meta({
    description: "Until the host resolves to the Gateway, with `waitForDns`, counted from when it is programmed.",
    default: "`600`",
  }),
});

/** What a domain can say for itself, and `defaults` for all domains. */
const sharedShape = {
  namespace: input(label).optional().meta({
    description: "Namespace of the Certificate, its Secret, the Gateway, the routes and the backend.",
    default: '`"default"`',
  }),
  createNamespace: z.boolean().optional().meta({
    description:
      "Whether the namespace is made (and on destroy deleted) here. `namespace` must be a plain string then.",
    default: "`false`",
  }),
  environment: environmentArgs
    .optional()
    .meta({ description: "ACME environment.", default: "that of `acme`, or of the platform" }),
  issuer: issuerArgs.optional().meta({
    description:
      "An issuer that exists already, instead of an ACME environment: give one of the two. What a domain says, either, overrides what `defaults` say, either.",
    source: "cert-manager.io/v1 Certificate spec.issuerRef",
  }),
  privateKey: privateKeyArgs.optional().meta({
    description: "The certificate's key. It changes with each renewal.",
    source: "cert-manager.io/v1 Certificate spec.privateKey",
  }),
  renewal: renewalArgs.optional().meta({
    description: "Whether and when cert-manager renews the certificate. Needs cert-manager 1.21 or newer.",
    default: "when a third of its lifetime is left",
    source: "cert-manager.io/v1 Certificate spec.renewal",
  }),
  adopt: z.boolean().optional().meta({
    description:
      "Takes over the Certificate that exists, with its Secret, instead of making one. `privateKey` must be said then, for another key is another certificate. Leave it out again afterwards.",
    default: "`false`",
  }),
  route: routeArgs.optional().meta({ description: "How the domain is routed.", default: "by the Gateway API" }),
  redirect: z
    .boolean()
    .optional()
    .meta({ description: "Whether http is redirected to https with status 301.", default: "`true`" }),
  labels: stringMap.optional().meta({ description: "Labels of everything that is made for the domain." }),
  annotations: stringMap.optional().meta({ description: "Annotations of everything that is made for the domain." }),
  timeouts: timeoutArgs.optional().meta({ description: "Bounds of all waiting." }),
  dnsRecord: z.boolean().optional().meta({
    description:
      "Whether the host's DNS record is made: A, AAAA or CNAME to the address of the Gateway, by the provider of `dnsZone`. Without it `requiredDnsRecords` says what to make by hand, and nothing waits for it unless `waitForDns` is set.",
    default: "`false`",
  }),
  dnsRecordSettings: recordSettingsArgs.optional().meta({ description: "How the DNS record is made." }),
  waitForDns: z.boolean().optional().meta({
    description:
      "Whether an update waits until the host resolves to the addresses of the Gateway and to no others, at all DNS servers of the provider's `resolvers`, else at the system's: for a record that is made by hand or by something else, as well as for one of `dnsRecord`. `timeouts.dns` bounds it.",
    default: "`false`",
  }),
  dnsZone: dnsZoneArgs.optional().meta({
    description: "The zone of the DNS record. What a domain says replaces what `defaults` say as a whole.",
    default: "in a ClusterTls that of the entry of `challenges` that serves the host; a TlsDomain must say it",
  }),
  deletionProtection: z.boolean().optional().meta({
    description:
      "Whether the engine refuses to delete or replace anything of the domain (Pulumi's `protect`): an update without the domain, or a destroy, then fails before anything is deleted. Set it to `false` in an update of its own first.",
    default: "`false`",
  }),
  renew: text.optional().meta({
    description:
      "Any text: each new one has the certificate issued again, once, and waits for that. The reason is a good text, such as `2026-11-25 key leaked`. Needs `kubeconfig`.",
  }),
  deleteSecret: z.boolean().optional().meta({
    description:
      "Whether the Secret with the certificate goes with the domain, once nothing writes it any more. Otherwise it stays, as cert-manager leaves it, and serves a domain that comes back. Needs `kubeconfig`.",
    default: "`false`",
  }),
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
    default: "`false`",
  }),
  certificateFrom: hostname.optional().meta({
    description:
      "Host of another domain in the same namespace whose certificate covers this host, by its host (typically a wildcard) or by one of its `additionalDnsNames`. Makes no Certificate.",
  }),
  additionalDnsNames: z.array(hostname).optional().meta({
    description:
      "Further names in the certificate (subject alternative names) beside the host, at most 100 with it. They are not routed.",
    source: "cert-manager.io/v1 Certificate spec.dnsNames",
  }),
  certificateName: objectNameText.optional().meta({
    description:
      "Name of the Certificate in the cluster, for one that is adopted. Another name is another Certificate.",
    default: "follows from the host",
  }),
  secretName: objectNameText.optional().meta({
    description:
      "Secret that the certificate is written to; without one its name follows from the host. Plain, because two domains that write one Secret are refused before anything is made. " +
      "With `certificateFrom` in a TlsDomain it names the Secret of that certificate; in a ClusterTls that is known.",
    source: "cert-manager.io/v1 Certificate spec.secretName",
  }),
  ...sharedShape,
};

export const defaultsArgs = objectType(
  "DomainDefaults",
  "What holds for every domain that does not say otherwise. What a domain says itself goes before it, key by key, also within `route`, `timeouts`, `dnsRecordSettings`, `labels` and `annotations`.",
  sharedShape,
);
export const domainArgs = objectType("Domain", "One host: its certificate and its route.", domainShape);

export type DomainArgs = z.output<typeof domainArgs>;
export type DomainDefaults = z.output<typeof defaultsArgs>;

/**
 * A domain's own args over the defaults: key by key, also within the route, the timeouts, the records' settings, labels and annotations.
 * A private key, a renewal, a zone and an issuer are one value each, and the issuer and the ACME environment are two ways to say the same.
 */
export function withDefaults(domain: DomainArgs, defaults: DomainDefaults = {}): DomainArgs {
  const given = Object.fromEntries(Object.entries(domain).filter(([, value]) => value !== undefined));
  const decided = domain.environment !== undefined || domain.issuer !== undefined;
  const below = decided ? { ...defaults, environment: undefined, issuer: undefined } : defaults;
  return {
    ...below,
    ...(given as DomainArgs),
    route: mergeRoutes(defaults.route, domain.route),
    timeouts: defaults.timeouts || domain.timeouts ? { ...defaults.timeouts, ...domain.timeouts } : undefined,
    dnsRecordSettings:
      defaults.dnsRecordSettings || domain.dnsRecordSettings
        ? { ...defaults.dnsRecordSettings, ...domain.dnsRecordSettings }
        : undefined,
    labels: mergeMaps(defaults.labels, domain.labels),
    annotations: mergeMaps(defaults.annotations, domain.annotations),
  };
}

/** Every domain as the defaults, and the domain whose certificate it uses, complete it. */
export function completeDomains(domains: readonly DomainArgs[], defaults: DomainDefaults | undefined): DomainArgs[] {
  const byHost = new Map(domains.map((domain) => [domain.host, domain]));
  return domains.map((domain) => {
    const source = domain.certificateFrom === undefined ? undefined : byHost.get(domain.certificateFrom);
    const merged = withDefaults(domain, defaults);
    return source ? { ...merged, secretName: secretNameOf(source) } : merged;
  });
}

/** The GatewayClass that a domain itself, or the defaults that complete it, ask for. */
export function gatewayClassNames({ certificateOnly, route }: DomainArgs): pulumi.Input<string>[] {
  const name = route?.gatewayApi?.gatewayClassName;
  return certificateOnly || name === undefined ? [] : [name];
}

export interface DomainPlan {
  namespace: pulumi.Input<string>;
  secretName: string;
  certificate: Manifest | undefined;
  /** Whether the Certificate exists already. */
  adopt: boolean;
  objects: PlannedObject[];
}

/** Whether a domain's certificate is ordered from an ACME environment: it has one, and from no issuer of its own. */
export const drawsOnAcme = ({ certificateFrom, issuer }: Pick<DomainArgs, "certificateFrom" | "issuer">): boolean =>
  !certificateFrom && !issuer;

/** The objects of one domain, from its args and the issuer that its Certificate names. */
export function planDomain(args: DomainArgs, issuer: IssuerArgs): DomainPlan {
  const name = objectName(args.host);
  const namespace = args.namespace ?? "default";
  const labels = mergeMaps(ownLabels, args.labels) ?? ownLabels;
  const secretName = secretNameOf(args);
  const metadata = { namespace, labels, annotations: args.annotations };
  const dnsNames = [args.host, ...(args.additionalDnsNames ?? [])];
  const certificate = args.certificateFrom
    ? undefined
    : planCertificate(
        { name: args.certificateName ?? name, ...metadata },
        { secretName, dnsNames, issuer, privateKey: args.privateKey, renewal: args.renewal },
      );
  const plan = { namespace, secretName, certificate, adopt: args.adopt ?? false };
  if (args.certificateOnly || !args.backend) return { ...plan, objects: [] };
  const context = {
    host: args.host,
    name,
    ...metadata,
    secretName,
    backend: args.backend,
    redirect: args.redirect ?? true,
  };
  return { ...plan, objects: planRoute(context, args.route ?? {}) };
}

/** The Secret of a domain's certificate. Unless it is said, it is known from the host alone, so that another stack can name it. */
export const secretNameOf = ({
  host,
  certificateFrom,
  secretName,
}: Pick<DomainArgs, "host" | "certificateFrom" | "secretName">): string =>
  secretName ?? `${objectName(certificateFrom ?? host)}-tls`;

interface CertificatePlan {
  secretName: string;
  dnsNames: string[];
  issuer: IssuerArgs;
  privateKey: PrivateKeyArgs | undefined;
  renewal: RenewalArgs | undefined;
}

function planCertificate(metadata: Manifest["metadata"], plan: CertificatePlan): Manifest {
  const { group, kind, name } = plan.issuer;
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata,
    spec: {
      secretName: plan.secretName,
      dnsNames: plan.dnsNames,
      issuerRef: { group, kind, name },
      privateKey: privateKeySpec(plan.privateKey),
      ...renewalSpec(plan.renewal),
    },
  };
}
