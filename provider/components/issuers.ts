import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { bindChallenge, challengeArgs, type BoundChallenge } from "../dns";
import { acmeArgs, acmeIssuer, defaultEnvironment, usedEnvironments } from "../issuers/acme";
import { platformArgs, type Platform } from "../plan/platform";
import { configureAcme } from "../plan/provider-config";
import { issuersRules } from "../plan/rules";
import { label, seconds } from "../schema/leaves";
import { input } from "../schema/vocabulary";
import { accessFor, accessShape, configureAccess } from "./cluster-access";
import { Component, defineComponent, type ComponentOptions } from "./definition";
import { KubernetesObject } from "./kubernetes-object";

const token = "certfleet:index:Issuers";

const credential = z
  .string()
  .regex(
    /^\S(.*\S)?$/s,
    "must be a text that neither begins nor ends with spaces or line ends; set it again without them",
  );
const dnsSecretsArgs = input(z.record(z.string(), credential));

export const issuersShape = {
  acme: acmeArgs.meta({ description: "Account and directories of the CA." }),
  challenges: z.array(challengeArgs).min(1, "must hold at least one entry, or nothing can be issued").meta({
    description:
      "How control over names is proven: the entry whose zones match a name best, else the one without zones.",
  }),
  dnsSecrets: dnsSecretsArgs.optional().meta({
    secret: true,
    description: "Credentials of DNS providers, by the names that `challenges` use.",
  }),
};

const argsSchema = z.strictObject({
  ...issuersShape,
  namespace: input(label).default("cert-manager").meta({
    description: "cert-manager's namespace, where a ClusterIssuer's Secrets are read.",
    source: "cert-manager's flag --cluster-resource-namespace",
  }),
  timeoutSeconds: seconds
    .default(180)
    .meta({ description: "How long an issuer may take to become Ready, in seconds." }),
  ...accessShape,
});

type IssuersArgs = z.output<typeof argsSchema>;

/** ClusterIssuers, one per environment, each awaited until the CA has accepted its account; and the Secrets they draw on. */
export class Issuers extends Component {
  readonly platform: pulumi.Output<Platform>;

  constructor(name: string, args: IssuersArgs, opts: ComponentOptions) {
    super(token, name, {}, opts);
    accessFor(name, args, this, opts);
    const first = { parent: this, dependsOn: opts.dependsOn };
    const challenges = args.challenges.map(bindChallenge);
    const secrets = distinct(challenges).map((challenge) => credentialSecret(name, args, challenge, first));
    const environments = usedEnvironments(args.acme, []);
    const issuers = environments.map((environment) => {
      const manifest = acmeIssuer(environment, args.acme, challenges);
      const wait = { readyCondition: "Ready", timeoutSeconds: args.timeoutSeconds };
      const dependsOn = [...secrets, ...(opts.dependsOn ?? [])];
      return new KubernetesObject(`${name}-${environment}`, manifest, { ...wait, parent: this, dependsOn });
    });
    this.platform = pulumi.all(issuers.map((issuer) => issuer.metadata.name)).apply((names) => ({
      issuers: Object.fromEntries(environments.map((environment, index) => [environment, names[index]!])),
      environment: defaultEnvironment(args.acme),
    }));
    this.declareOutputs({ platform: this.platform });
  }
}

/** Entries that share a credential share its Secret. */
function distinct(challenges: readonly BoundChallenge[]): BoundChallenge[] {
  const written = challenges.filter(({ credential }) => credential.source === "given");
  return [...new Map(written.map((challenge) => [challenge.credential.name, challenge])).values()];
}

function credentialSecret(
  name: string,
  args: IssuersArgs,
  { credential: { secretName, secretRef } }: BoundChallenge,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Secret {
  const metadata = {
    name: secretRef!.name,
    namespace: args.namespace,
    labels: { "app.kubernetes.io/managed-by": "certfleet" },
  };
  // Base64 as `data`, which is one secret value throughout; `stringData` would be write-only and always differ from what is read.
  const value = pulumi.secret(args.dnsSecrets!).apply((secrets) => encode(secrets, secretName!));
  return new kubernetes.core.v1.Secret(
    `${name}-${secretRef!.name}`,
    { metadata, data: { [secretRef!.key]: value } },
    opts,
  );
}

/** An entry that is missing is found before, unless the whole map was not known in a preview. */
function encode(secrets: Record<string, string>, name: string): string {
  return Buffer.from(secrets[name] ?? "").toString("base64");
}

export const issuers = defineComponent({
  token,
  description:
    "ACME ClusterIssuers for the environments in use, each awaited Ready, and the Secrets of the DNS providers they use.",
  args: argsSchema,
  outputs: z.object({
    platform: platformArgs.meta({ description: "What TlsDomain needs to use these issuers, also from another stack." }),
  }),
  configure: (args, config) => configureAccess({ ...args, acme: configureAcme(args.acme, [], config) }, config),
  rules: issuersRules,
  create: Issuers,
});
