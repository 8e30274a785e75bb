import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { CertificateStatus, GatewayStatus } from "../kubernetes/types";
import { requiredDnsRecords } from "../plan/dns-records";
import { domainShape, gatewayClassNames, planDomain, type DomainPlan } from "../plan/domain";
import { domainStatusShape, readAddresses, readCertificate, type DomainStatus } from "../plan/domain-status";
import { clusterIssuer, type IssuerArgs } from "../plan/issuer-reference";
import { gatewayClassOf, issuerOf, platformArgs } from "../plan/platform";
import { tlsDomainRules } from "../plan/rules";
import type { PlannedObject } from "../routes/contract";
import { input } from "../schema/vocabulary";
import { accessFor, accessShape, configureAccess, type ClusterAccess } from "./cluster-access";
import { Component, defineComponent, type ComponentOptions } from "./definition";
import { waitForDns } from "./dns-readiness";
import { makeDnsRecords, type DnsRecords } from "./dns-records";
import { GatewayPreflight } from "./preflight";
import { makeAwaited, resourcesOf, TlsSecret, type Awaited, type AwaitOptions } from "./readiness";

const token = "certfleet:index:TlsDomain";

const argsSchema = z.strictObject({
  platform: input(platformArgs).meta({
    description:
      "The `platform` output of the ClusterTls or Issuers that serves the cluster, for example from a StackReference.",
  }),
  ...domainShape,
  ...accessShape,
});

type TlsDomainArgs = z.output<typeof argsSchema>;

const defaultTimeouts = { certificate: 600, gateway: 600, dns: 600 };

/**
 * One domain: its Certificate, awaited Ready, and beside it, not after it, the Gateway; then the routes, so that they are the first to
 * be deleted.
 */
export class TlsDomain extends Component {
  readonly status: pulumi.Output<DomainStatus>;

  constructor(name: string, args: TlsDomainArgs, opts: ComponentOptions) {
    super(token, name, {}, opts);
    const access = accessFor(name, args, this, opts);
    const route = completeRoute(args);
    // A component around this one has checked the classes of all its domains at once.
    const classes = opts.access ? [] : gatewayClassNames({ ...args, route });
    const preflight = checkGateways(name, classes, access, { parent: this, dependsOn: opts.dependsOn });
    const own = { parent: this, ...protection(args) };
    const first = { ...own, dependsOn: preflight ?? opts.dependsOn };
    const namespace = args.createNamespace ? makeNamespace(name, args.namespace, first) : args.namespace;
    const issuer = issuerFor(args);
    const plan = planDomain({ ...args, namespace, route }, issuer);
    const timeouts = { ...defaultTimeouts, ...args.timeouts };
    const certificate = makeCertificate(name, plan, args, { ...first, access, timeoutSeconds: timeouts.certificate });
    // A Gateway is programmed only once its Secret exists, so its own bound begins where the Certificate's ends.
    const gatewaySeconds = timeouts.certificate + timeouts.gateway;
    // Where certfleet itself waits, a Certificate is made at once. So the Gateway can depend on it, and goes before it and its Secret.
    const dependsOn = certificate?.readiness ? after(first, [certificate.object]) : first.dependsOn;
    const readyFirst = certificate?.readiness && {
      readiness: certificate.readiness,
      timeoutSeconds: timeouts.gateway,
    };
    const gatewayWait = { access, timeoutSeconds: gatewaySeconds, readyFirst };
    const gateways = makeGateways(name, plan, { ...first, dependsOn, ...gatewayWait });
    const awaited = after(opts, [...(certificate ? [certificate] : []), ...gateways].flatMap(resourcesOf));
    const addresses = addressesOf(gateways);
    const records = makeDnsRecords(name, args, addresses, { ...own, dependsOn: awaited });
    const served = { parent: this, dependsOn: [...awaited, ...records.resources] };
    makeRoutes(name, plan, { ...own, ...served });
    // Beside the routes: whoever is led here before is served already.
    const reached = waitForDns(name, args, addresses, { ...served, timeoutSeconds: timeouts.dns });
    this.status = readStatus(args.host, plan, issuer.name, certificate, { addresses, records, reached });
    // What follows from the args alone is known in a preview too.
    this.declareOutputs({ ...domainOutputs(this.status), host: args.host, secretName: plan.secretName });
  }
}

/**
 * What the domain is made of is protected, but no helper of certfleet, which may come and go. Unless it is asked for, nothing is said, so
 * that a component's own `protect` reaches its children.
 */
const protection = ({ deletionProtection }: TlsDomainArgs): pulumi.ResourceOptions =>
  deletionProtection ? { protect: true } : {};

/** What to depend on, beside what the component does. */
const after = (
  { dependsOn = [] }: Pick<ComponentOptions, "dependsOn">,
  made: readonly pulumi.Resource[],
): pulumi.Resource[] => [...dependsOn, ...made];

function checkGateways(
  name: string,
  classes: readonly pulumi.Input<string>[],
  access: ClusterAccess | undefined,
  opts: { parent: TlsDomain; dependsOn: pulumi.Resource[] | undefined },
): pulumi.Resource[] | undefined {
  return access && classes.length > 0 ? [new GatewayPreflight(name, classes, { ...opts, access })] : undefined;
}

function makeNamespace(name: string, namespace: pulumi.Input<string> | undefined, opts: pulumi.CustomResourceOptions) {
  return new kubernetes.core.v1.Namespace(name, { metadata: { name: namespace! } }, opts).metadata.name;
}

/** The issuer that the domain names, or the platform's for its environment. */
function issuerFor(args: TlsDomainArgs): IssuerArgs {
  if (args.issuer) return args.issuer;
  return clusterIssuer(pulumi.output(args.platform).apply((platform) => issuerOf(platform, args.environment)));
}

/** The route with the platform's GatewayClass where the domain names none. */
function completeRoute(args: TlsDomainArgs): TlsDomainArgs["route"] {
  if (args.certificateOnly) return undefined;
  const given = args.route?.gatewayApi;
  const gatewayClassName = given?.gatewayClassName ?? pulumi.output(args.platform).apply(gatewayClassOf);
  return { gatewayApi: { ...given, gatewayClassName } };
}

interface WaitOptions {
  parent: pulumi.Resource;
  dependsOn: pulumi.Resource[] | undefined;
  access: ClusterAccess | undefined;
  timeoutSeconds: number;
  readyFirst?: AwaitOptions["readyFirst"];
}

function makeCertificate(
  name: string,
  plan: DomainPlan,
  { renew, deleteSecret }: TlsDomainArgs,
  opts: WaitOptions,
): Awaited<CertificateStatus> | undefined {
  const { adopt, certificate, namespace, secretName } = plan;
  if (!certificate) return undefined;
  const { access, parent } = opts;
  // What the Certificate depends on is deleted after it.
  const secret =
    access && deleteSecret ? [new TlsSecret(name, { namespace, name: secretName }, { access, parent })] : [];
  const dependsOn = [...secret, ...(opts.dependsOn ?? [])];
  return makeAwaited(name, certificate, { ...opts, adopt, dependsOn, readyCondition: "Ready", renew });
}

/** Makes those of a route's objects that know at which addresses they are served. */
function makeGateways(name: string, plan: DomainPlan, opts: WaitOptions): Awaited<GatewayStatus>[] {
  const objects = plan.objects.filter(({ hasAddresses }) => hasAddresses);
  return objects.map((object) => makeObject<GatewayStatus>(name, object, opts));
}

/** Makes the others. They say nothing of being in service, so they are not awaited. */
function makeRoutes(name: string, plan: DomainPlan, opts: pulumi.CustomResourceOptions): void {
  for (const object of plan.objects.filter(({ hasAddresses }) => !hasAddresses)) makeObject(name, object, opts);
}

function makeObject<Status>(
  name: string,
  { role, manifest, readyCondition }: PlannedObject,
  opts: AwaitOptions,
): Awaited<Status> {
  // An underscore cannot occur in a host, so no other domain's wait has this name.
  const suffix = `_${manifest.kind.toLowerCase()}`;
  return makeAwaited<Status>(role ? `${name}-${role}` : name, manifest, { ...opts, readyCondition, suffix });
}

const addressesOf = (gateways: readonly Awaited<GatewayStatus>[]): pulumi.Output<string[]> =>
  pulumi.all(gateways.map(addressesOfOne)).apply((all) => all.flat());

const addressesOfOne = ({ object, readiness }: Awaited<GatewayStatus>): pulumi.Output<string[]> =>
  readiness ? readiness.addresses.apply((known) => known ?? []) : object.status.apply(readAddresses);

function certificateOf({ object, readiness }: Awaited<CertificateStatus>) {
  if (!readiness) return object.status.apply(readCertificate);
  return pulumi.all([readiness.ready, readiness.notAfter]).apply(([ready, notAfter]) => ({ ready, notAfter }));
}

/** Where a domain is served, and how clients get there. */
interface Serving {
  addresses: pulumi.Output<string[]>;
  records: DnsRecords;
  /** Settles once clients do, where that is waited for. */
  reached: pulumi.Output<unknown>;
}

function readStatus(
  host: string,
  plan: DomainPlan,
  issuer: pulumi.Input<string>,
  certificate: Awaited<CertificateStatus> | undefined,
  { addresses, records, reached }: Serving,
): pulumi.Output<DomainStatus> {
  const certified = certificate
    ? pulumi.all([issuer, certificateOf(certificate)]).apply(([name, status]) => ({ issuer: name, ...status }))
    : {};
  const all = pulumi.all([plan.namespace, addresses, certified, records.data, reached]);
  return all.apply(([namespace, served, certificateStatus, made]) => ({
    host,
    ...(plan.objects.length > 0 ? { url: `https://${host}/` } : {}),
    namespace,
    secretName: plan.secretName,
    ...certificateStatus,
    addresses: served,
    requiredDnsRecords: requiredDnsRecords(host, served, made),
  }));
}

/** The parts of a domain's status as outputs of their own. */
function domainOutputs(status: pulumi.Output<DomainStatus>): pulumi.Inputs {
  const keys = Object.keys(domainStatusShape) as (keyof DomainStatus)[];
  return Object.fromEntries(keys.map((key) => [key, status.apply((known) => known[key])]));
}

export const tlsDomain = defineComponent({
  token,
  description:
    "One domain on a cluster whose issuers exist already: a Certificate, a Gateway, an HTTPRoute and a redirect from http to https. Needs rights in the domain's namespace only.",
  args: argsSchema,
  outputs: z.object(domainStatusShape),
  configure: configureAccess,
  rules: tlsDomainRules,
  create: TlsDomain,
});
