import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { bindChallenge, challengeArgs } from "../dns";
import { dnsSecretsArgs } from "../dns/secret-reference";
import { acmeArgs, acmeIssuer, defaultEnvironment, usedEnvironments } from "../issuers/acme";
import {
  credentialStatus,
  isMade,
  planCredentials,
  type CredentialStatus,
  type PlannedCredential,
} from "../plan/credentials";
import { platformArgs, type Platform } from "../plan/platform";
import { configureAcme } from "../plan/provider-config";
import { issuersRules } from "../plan/rules";
import { label, seconds } from "../schema/leaves";
import { input } from "../schema/vocabulary";
import { accessFor, accessShape, configureAccess } from "./cluster-access";
import { Component, defineComponent, type ComponentOptions } from "./definition";
import { DnsCredentials } from "./dns-credentials";
import { makeDryRun } from "./dry-run";
import { makeZones } from "./managed-zones";
import { makeAwaited } from "./readiness";

const token = "certfleet:index:Issuers";

/** Registering an account takes seconds; a directory that does not answer in minutes will not. */
export const defaultIssuerSeconds = 180;

export const issuersShape = {
  acme: acmeArgs.meta({ description: "Account and directories of the CA." }),
  challenges: z.array(challengeArgs).min(1, "must hold at least one entry, or nothing can be issued").meta({
    description:
      "How control over names is proven: the entry whose zones match a name best, else the one without zones.",
  }),
  dnsSecrets: dnsSecretsArgs,
  dryRunTimeoutSeconds: seconds.default(300).meta({
    description: "How long the certificate by which a new rotation is tried may take, in seconds.",
  }),
};

const argsSchema = z.strictObject({
  ...issuersShape,
  namespace: input(label).default("cert-manager").meta({
    description: "cert-manager's namespace, where a ClusterIssuer's Secrets are read.",
    source: "cert-manager's flag --cluster-resource-namespace",
  }),
  timeoutSeconds: seconds
    .default(defaultIssuerSeconds)
    .meta({ description: "How long an issuer may take to become Ready, in seconds." }),
  ...accessShape,
});

type IssuersArgs = z.output<typeof argsSchema>;

/** ClusterIssuers, one per environment, each awaited until the CA has accepted its account; and the credentials they draw on. */
export class Issuers extends Component {
  readonly platform: pulumi.Output<Platform>;
  /** By the credential's name. */
  readonly dnsCredentials: Record<string, pulumi.Output<CredentialStatus>>;

  constructor(name: string, args: IssuersArgs, opts: ComponentOptions) {
    super(token, name, {}, opts);
    const access = accessFor(name, args, this, opts);
    const made = makeCredentials(name, args, this, { ...opts, access });
    const challenges = args.challenges.filter(({ standby }) => !standby).map((entry) => bindChallenge(entry));
    const environments = usedEnvironments(args.acme, []);
    const dependsOn = [...made.flatMap(({ proven }) => proven), ...(opts.dependsOn ?? [])];
    const issuers = environments.map((environment) => {
      const manifest = acmeIssuer(environment, args.acme, challenges);
      const wait = { access, readyCondition: "Ready", timeoutSeconds: args.timeoutSeconds };
      const { adopt } = args.acme.issuers?.[environment] ?? {};
      return makeAwaited(`${name}-${environment}`, manifest, { ...wait, adopt, parent: this, dependsOn });
    });
    this.platform = pulumi.all(issuers.map(({ object }) => object.metadata.name)).apply((names) => ({
      issuers: Object.fromEntries(environments.map((environment, index) => [environment, names[index]!])),
      environment: defaultEnvironment(args.acme),
    }));
    this.dnsCredentials = Object.fromEntries(made.map(({ planned, resource }) => [planned.name, resource.status]));
    this.declareOutputs({ platform: this.platform, dnsCredentials: this.dnsCredentials });
  }
}

interface MadeCredential {
  planned: PlannedCredential;
  resource: DnsCredentials;
  /** What an issuer must wait for to draw on it. */
  proven: pulumi.Resource[];
}

/** Entries that share a credential share what is made for it. A rotation is proven before any issuer takes it over. */
function makeCredentials(name: string, args: IssuersArgs, parent: Issuers, opts: ComponentOptions): MadeCredential[] {
  const { acme, namespace, dnsSecrets } = args;
  const timeouts = { issuer: args.timeoutSeconds, certificate: args.dryRunTimeoutSeconds };
  const zoneOf = makeZones(name, args.challenges, { parent, dependsOn: opts.dependsOn });
  return planCredentials(args.challenges)
    .filter(isMade)
    .map((planned) => {
      const logicalName = `${name}-${planned.name}`;
      const inputs = { ...planned.entry, namespace, dnsSecrets };
      const zone = zoneOf(planned.entry);
      const within = { formerParent: parent, zone };
      const resource = new DnsCredentials(logicalName, inputs, { parent, dependsOn: opts.dependsOn }, within);
      const made = zone ? [resource, zone] : [resource];
      if (planned.entry.rotation === undefined || planned.active.length === 0)
        return { planned, resource, proven: made };
      const dryRun = { acme, credential: planned, namespace, timeouts, access: opts.access };
      const current = `${logicalName}-${planned.entry.rotation}`;
      const proof = makeDryRun(current, dryRun, { parent, dependsOn: [...made, ...(opts.dependsOn ?? [])] });
      return { planned, resource, proven: [...made, ...proof] };
    });
}

export const issuers = defineComponent({
  token,
  description:
    "ACME ClusterIssuers for the environments in use, each awaited Ready, and the Secrets of the DNS providers they use.",
  args: argsSchema,
  outputs: z.object({
    platform: platformArgs.meta({ description: "What TlsDomain needs to use these issuers, also from another stack." }),
    dnsCredentials: z.record(z.string(), credentialStatus).meta({
      description: "What was made for the credentials of DNS providers, by the credential's name.",
    }),
  }),
  configure: (args, config) => configureAccess({ ...args, acme: configureAcme(args.acme, [], config) }, config),
  rules: issuersRules,
  create: Issuers,
});
