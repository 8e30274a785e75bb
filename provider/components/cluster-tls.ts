import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { usedEnvironments } from "../issuers/acme";
import { certManagerWarnings } from "../plan/adoption";
import { certManagerArgs, withIdentity } from "../plan/cert-manager";
import { credentialStatus, keylessAccount } from "../plan/credentials";
import { requiredDnsRecord, type RequiredDnsRecord } from "../plan/dns-records";
import {
  completeDomains,
  defaultsArgs,
  domainArgs,
  gatewayClassNames,
  type DomainArgs,
  withDefaults,
} from "../plan/domain";
import { domainStatus, type DomainStatus } from "../plan/domain-status";
import { limitWarnings } from "../plan/limits";
import { logicalKey } from "../plan/names";
import { platformArgs, withoutIssuers, type Platform } from "../plan/platform";
import { configureAcme, configureCertManager, type ProviderConfig } from "../plan/provider-config";
import { clusterTlsRules } from "../plan/rules";
import { seconds } from "../schema/leaves";
import { accessFor, accessShape, configureAccess } from "./cluster-access";
import { CertManager } from "./cert-manager";
import { Component, defineComponent, type ComponentOptions } from "./definition";
import { zoneFinder } from "./dns-records";
import { defaultIssuerSeconds, Issuers, issuersShape } from "./issuers";
import { CertManagerPreflight, GatewayPreflight } from "./preflight";
import { TlsDomain } from "./tls-domain";

const token = "certfleet:index:ClusterTls";

const argsSchema = z.strictObject({
  acme: issuersShape.acme.optional().meta({
    description:
      "Account and directories of the CA. Needed, with `challenges`, unless every domain has an `issuer` of its own.",
  }),
  challenges: issuersShape.challenges.optional(),
  dnsSecrets: issuersShape.dnsSecrets,
  issuerTimeoutSeconds: seconds.default(defaultIssuerSeconds).meta({
    description: "How long each issuer may take to become Ready, in seconds.",
  }),
  dryRunTimeoutSeconds: issuersShape.dryRunTimeoutSeconds,
  certManager: certManagerArgs.optional().meta({
    description: "How cert-manager is installed.",
    default: "the pinned chart, with the defaults of each property",
  }),
  defaults: defaultsArgs.optional().meta({ description: "What holds for every domain that does not say otherwise." }),
  domains: z.array(domainArgs).meta({
    description:
      "The domains. Their order has no meaning; each is known by its host, so adding or removing one touches no other.",
  }),
  ...accessShape,
});

type ClusterTlsArgs = z.output<typeof argsSchema>;

/** TLS for one cluster: cert-manager, issuers and domains. */
export class ClusterTls extends Component {
  /** By host, each an Output of its own, so that in a preview a new domain leaves the others' values known. */
  readonly domains: Record<string, pulumi.Output<DomainStatus>>;
  readonly requiredDnsRecords: pulumi.Output<RequiredDnsRecord[]>;
  readonly platform: pulumi.Output<Platform>;

  constructor(name: string, args: ClusterTlsArgs, given: ComponentOptions) {
    super(token, name, {}, given);
    const opts = { ...given, access: accessFor(name, args, this, given) };
    const installation = installCertManager(name, args, this, opts);
    const issuers = makeIssuers(name, args, installation, this, opts);
    const preflight = checkGateways(name, args, this, opts);
    const cluster = {
      issuers,
      ready: installation.ready,
      preflight,
      platform: issuers?.platform ?? pulumi.output(withoutIssuers),
    };
    const domains = makeDomains(name, args, cluster, this, opts);
    this.platform = withGatewayClass(cluster.platform, args);
    this.domains = collect(args.domains, domains);
    this.requiredDnsRecords = pulumi
      .all(Object.values(this.domains))
      .apply((all) => all.flatMap((domain) => domain.requiredDnsRecords));
    this.declareOutputs({
      domains: this.domains,
      requiredDnsRecords: this.requiredDnsRecords,
      platform: this.platform,
      dnsCredentials: issuers?.dnsCredentials ?? {},
    });
  }
}

interface Installation {
  namespace: pulumi.Input<string>;
  /** What everything else waits for. */
  ready: pulumi.Resource[] | undefined;
}

function installCertManager(
  name: string,
  args: ClusterTlsArgs,
  parent: ClusterTls,
  opts: ComponentOptions,
): Installation {
  const { install, ...given } = args.certManager ?? certManagerArgs.parse({});
  const certManager = withIdentity(given, keylessEmail(name, args));
  const { access, dependsOn } = opts;
  const own = { parent, dependsOn, access };
  if (install) {
    const resource = new CertManager(`${name}-cert-manager`, certManager, own);
    return { namespace: resource.namespace, ready: [resource] };
  }
  const { namespace, allowUnsupportedVersion } = certManager;
  // Without a way into the cluster there is nothing that it could ask.
  if (!access) return { namespace, ready: dependsOn };
  const preflight = new CertManagerPreflight(
    `${name}-cert-manager`,
    { install, namespace, allowUnsupportedVersion },
    own,
  );
  return { namespace, ready: [preflight, ...(dependsOn ?? [])] };
}

/** Whom cert-manager acts as at Google Cloud, where it does so without a key. */
function keylessEmail(name: string, { challenges }: ClusterTlsArgs): string | undefined {
  const maker = { project: pulumi.getProject(), stack: pulumi.getStack(), component: `${name}-issuers` };
  return challenges && keylessAccount(challenges, maker);
}

/** None where every domain has an issuer that exists already. */
function makeIssuers(
  name: string,
  args: ClusterTlsArgs,
  installation: Installation,
  parent: ClusterTls,
  opts: ComponentOptions,
): Issuers | undefined {
  const { acme, challenges, dnsSecrets, dryRunTimeoutSeconds } = args;
  if (!acme || !challenges) return undefined;
  const additionalEnvironments = usedEnvironments(acme, effectiveDomains(args));
  return new Issuers(
    `${name}-issuers`,
    {
      acme: { ...acme, additionalEnvironments },
      challenges,
      dnsSecrets,
      namespace: installation.namespace,
      timeoutSeconds: args.issuerTimeoutSeconds,
      dryRunTimeoutSeconds,
    },
    { parent, dependsOn: installation.ready, access: opts.access },
  );
}

const effectiveDomains = ({ domains, defaults }: ClusterTlsArgs): DomainArgs[] => completeDomains(domains, defaults);

/** Beside the installation, so that a GatewayClass without a controller is told before anything is waited for. */
function checkGateways(
  name: string,
  args: ClusterTlsArgs,
  parent: ClusterTls,
  opts: ComponentOptions,
): pulumi.Resource[] {
  const classes = effectiveDomains(args).flatMap((domain) => gatewayClassNames(domain));
  if (!opts.access || classes.length === 0) return [];
  const { access, dependsOn } = opts;
  return [new GatewayPreflight(name, classes, { parent, dependsOn, access })];
}

/** What is on the cluster before the domains. */
interface Cluster {
  issuers: Issuers | undefined;
  /** cert-manager, for domains that need none of these issuers. */
  ready: pulumi.Resource[] | undefined;
  /** What was found out of the GatewayClasses before; at most one. */
  preflight: pulumi.Resource[];
  platform: pulumi.Output<Platform>;
}

function makeDomains(
  name: string,
  args: ClusterTlsArgs,
  { issuers, ready, preflight, platform }: Cluster,
  parent: ClusterTls,
  opts: ComponentOptions,
): TlsDomain[] {
  const domains = effectiveDomains(args);
  const namespaces = makeNamespaces(name, domains, { parent, dependsOn: opts.dependsOn });
  const zoneOf = zoneFinder(args.challenges ?? [], parent);
  return domains.map((domain) => {
    const made = typeof domain.namespace === "string" ? namespaces.get(domain.namespace) : undefined;
    const namespace = made?.metadata.name ?? domain.namespace;
    const own = { ...domain, namespace, createNamespace: false, platform, dnsZone: zoneOf(domain) };
    // Beside its issuer, a domain may need the managed zone that an entry of challenges makes.
    const drawsOnIssuers = !domain.issuer || (domain.dnsRecord === true && !domain.dnsZone);
    const dependsOn = [...(issuers && drawsOnIssuers ? [issuers] : (ready ?? [])), ...preflight];
    return new TlsDomain(`${name}-${logicalKey(domain.host)}`, own, { parent, dependsOn, access: opts.access });
  });
}

/** Each namespace once, however many domains ask for it, and protected with any domain in it, as all would be deleted with it. */
function makeNamespaces(name: string, domains: readonly DomainArgs[], opts: ComponentOptions) {
  const wanted = new Set(
    domains.flatMap(({ createNamespace, namespace }) =>
      createNamespace && typeof namespace === "string" ? [namespace] : [],
    ),
  );
  const entries = [...wanted].map((namespace) => {
    const isProtected = domains.some((domain) => domain.deletionProtection && domain.namespace === namespace);
    const own = isProtected ? { ...opts, protect: true } : opts;
    const resource = new kubernetes.core.v1.Namespace(`${name}-${namespace}`, { metadata: { name: namespace } }, own);
    return [namespace, resource] as const;
  });
  return new Map(entries);
}

function withGatewayClass(platform: pulumi.Output<Platform>, args: ClusterTlsArgs): pulumi.Output<Platform> {
  const gatewayClassName = args.defaults?.route?.gatewayApi?.gatewayClassName;
  if (gatewayClassName === undefined) return platform;
  return pulumi
    .all([platform, gatewayClassName])
    .apply(([known, className]) => ({ ...known, gatewayClassName: className }));
}

/** Each domain's status by host; one that uses another's certificate shows what is known of that. */
function collect(
  args: readonly DomainArgs[],
  domains: readonly TlsDomain[],
): Record<string, pulumi.Output<DomainStatus>> {
  const byHost = new Map(args.map(({ host }, index) => [host, domains[index]!.status]));
  const entries = args.map(({ host, certificateFrom }) => {
    const own = byHost.get(host)!;
    const source = certificateFrom && byHost.get(certificateFrom);
    return [host, source ? pulumi.all([own, source]).apply(([mine, theirs]) => borrow(mine, theirs)) : own];
  });
  return Object.fromEntries(entries) as Record<string, pulumi.Output<DomainStatus>>;
}

function borrow(mine: DomainStatus, { issuer, ready, notAfter }: DomainStatus): DomainStatus {
  return { ...mine, issuer, ready, notAfter };
}

/** The provider's directory and DNS servers, where the args name none. */
function configure(args: ClusterTlsArgs, config: ProviderConfig): ClusterTlsArgs {
  const certManager = args.certManager ?? certManagerArgs.parse({});
  // Nothing is derived from hosts here: what is malformed is told only after this.
  const domains = args.domains.map((domain) => withDefaults(domain, args.defaults));
  return {
    ...configureAccess(args, config),
    acme: args.acme && configureAcme(args.acme, domains, config),
    certManager: certManager.install ? configureCertManager(certManager, config) : certManager,
  };
}

export const clusterTls = defineComponent({
  token,
  description:
    "TLS for every domain of one cluster: cert-manager by Helm, the DNS provider's credentials, ACME ClusterIssuers, and per domain a Certificate, a Gateway, an HTTPRoute and a redirect from http to https.",
  args: argsSchema,
  outputs: z.object({
    domains: z.record(z.string(), domainStatus).meta({ description: "Status of each domain, by host." }),
    requiredDnsRecords: z.array(requiredDnsRecord).meta({ description: "All DNS records to make by hand." }),
    platform: platformArgs.meta({ description: "What an application's stack needs to add a domain with TlsDomain." }),
    dnsCredentials: z.record(z.string(), credentialStatus).meta({
      description: "What was made for the credentials of DNS providers, by the credential's name.",
    }),
  }),
  configure,
  rules: clusterTlsRules,
  warnings: (args) => [
    ...(args.certManager?.install ? certManagerWarnings(args.certManager) : []),
    ...limitWarnings(args),
  ],
  create: ClusterTls,
});
