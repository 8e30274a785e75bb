import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { certManagerArgs } from "../plan/cert-manager";
import { requiredDnsRecord, type RequiredDnsRecord } from "../plan/dns-records";
import { defaultsArgs, domainArgs, withDefaults, type DomainArgs } from "../plan/domain";
import { domainStatus, type DomainStatus } from "../plan/domain-status";
import { logicalKey } from "../plan/names";
import { platformArgs, type Platform } from "../plan/platform";
import { clusterProblems, usedEnvironments } from "../plan/rules";
import { CertManager } from "./cert-manager";
import { Component, defineComponent, type ComponentOptions } from "./definition";
import { Issuers, issuersShape } from "./issuers";
import { TlsDomain } from "./tls-domain";

const token = "certfleet:index:ClusterTls";

const argsSchema = z.strictObject({
  ...issuersShape,
  certManager: certManagerArgs
    .optional()
    .meta({ description: "How cert-manager is installed. Default: the pinned chart." }),
  defaults: defaultsArgs.optional().meta({ description: "What holds for every domain that does not say otherwise." }),
  domains: z.array(domainArgs).meta({
    description:
      "The domains. Their order has no meaning; each is known by its host, so adding or removing one touches no other.",
  }),
});

type ClusterTlsArgs = z.output<typeof argsSchema>;

/** TLS for one cluster: cert-manager, issuers and domains. */
export class ClusterTls extends Component {
  /** By host, each an Output of its own, so that in a preview a new domain leaves the others' values known. */
  readonly domains: Record<string, pulumi.Output<DomainStatus>>;
  readonly requiredDnsRecords: pulumi.Output<RequiredDnsRecord[]>;
  readonly platform: pulumi.Output<Platform>;

  constructor(name: string, args: ClusterTlsArgs, opts: ComponentOptions) {
    super(token, name, {}, opts);
    const installation = installCertManager(name, args, this, opts);
    const issuers = makeIssuers(name, args, installation, this, opts);
    const domains = makeDomains(name, args, issuers, this, opts);
    this.platform = withGatewayClass(issuers.platform, args);
    this.domains = collect(args.domains, domains);
    this.requiredDnsRecords = pulumi
      .all(Object.values(this.domains))
      .apply((all) => all.flatMap((domain) => domain.requiredDnsRecords));
    this.declareOutputs({
      domains: this.domains,
      requiredDnsRecords: this.requiredDnsRecords,
      platform: this.platform,
    });
  }
}

interface Installation {
  namespace: pulumi.Input<string>;
  resource: CertManager | undefined;
}

function installCertManager(
  name: string,
  args: ClusterTlsArgs,
  parent: ClusterTls,
  opts: ComponentOptions,
): Installation {
  const { install, ...certManager } = args.certManager ?? certManagerArgs.parse({});
  if (!install) return { namespace: certManager.namespace, resource: undefined };
  const resource = new CertManager(`${name}-cert-manager`, certManager, { parent, dependsOn: opts.dependsOn });
  return { namespace: resource.namespace, resource };
}

function makeIssuers(
  name: string,
  args: ClusterTlsArgs,
  installation: Installation,
  parent: ClusterTls,
  opts: ComponentOptions,
): Issuers {
  const { acme, challenges, dnsSecrets } = args;
  const additionalEnvironments = usedEnvironments(acme, effectiveDomains(args));
  const dependsOn = installation.resource ? [installation.resource] : opts.dependsOn;
  return new Issuers(
    `${name}-issuers`,
    {
      acme: { ...acme, additionalEnvironments },
      challenges,
      dnsSecrets,
      namespace: installation.namespace,
      timeoutSeconds: 180,
    },
    { parent, dependsOn },
  );
}

const effectiveDomains = (args: ClusterTlsArgs): DomainArgs[] =>
  args.domains.map((domain) => withDefaults(domain, args.defaults));

function makeDomains(
  name: string,
  args: ClusterTlsArgs,
  issuers: Issuers,
  parent: ClusterTls,
  opts: ComponentOptions,
): TlsDomain[] {
  const domains = effectiveDomains(args);
  const namespaces = makeNamespaces(name, domains, { parent, dependsOn: opts.dependsOn });
  return domains.map((domain) => {
    const made = typeof domain.namespace === "string" ? namespaces.get(domain.namespace) : undefined;
    const namespace = made?.metadata.name ?? domain.namespace;
    const own = { ...domain, namespace, createNamespace: false, platform: issuers.platform };
    return new TlsDomain(`${name}-${logicalKey(domain.host)}`, own, { parent, dependsOn: [issuers] });
  });
}

/** Each namespace once, however many domains ask for it. */
function makeNamespaces(name: string, domains: readonly DomainArgs[], opts: ComponentOptions) {
  const wanted = new Set(
    domains.flatMap(({ createNamespace, namespace }) =>
      createNamespace && typeof namespace === "string" ? [namespace] : [],
    ),
  );
  const entries = [...wanted].map((namespace) => {
    const resource = new kubernetes.core.v1.Namespace(`${name}-${namespace}`, { metadata: { name: namespace } }, opts);
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

export const clusterTls = defineComponent({
  token,
  description:
    "TLS for every domain of one cluster: cert-manager by Helm, the DNS provider's credentials, ACME ClusterIssuers, and per domain a Certificate, a Gateway, an HTTPRoute and a redirect from http to https.",
  args: argsSchema,
  outputs: z.object({
    domains: z.record(z.string(), domainStatus).meta({ description: "Status of each domain, by host." }),
    requiredDnsRecords: z.array(requiredDnsRecord).meta({ description: "All DNS records to make by hand." }),
    platform: platformArgs.meta({ description: "What an application's stack needs to add a domain with TlsDomain." }),
  }),
  rules: clusterProblems,
  create: ClusterTls,
});
