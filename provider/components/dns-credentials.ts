import type { ManagedZone } from "@pulumi/gcp/dns";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { bindChallenge, challengeShape, checkOneKind, type BoundChallenge } from "../dns";
import type { Credential } from "../dns/contract";
import { credentialSecretName, dnsSecretsArgs } from "../dns/secret-reference";
import { isKeyOf } from "../dns/cloud-dns/key";
import { credentialStatusShape, type CredentialStatus } from "../plan/credentials";
import { dnsCredentialsRules } from "../plan/rules";
import { label } from "../schema/leaves";
import { input } from "../schema/vocabulary";
import { bindIdentity, makeAccount, makeKey, type CloudDnsAccount } from "./cloud-dns-account";
import { makeToken } from "./cloudflare-token";
import { Component, defineComponent, type ComponentOptions } from "./definition";
import { makeSecret } from "./dns-secret";
import { makeZone } from "./managed-zones";

const token = "certfleet:index:DnsCredentials";

const argsSchema = z
  .strictObject({
    ...challengeShape,
    dnsSecrets: dnsSecretsArgs.meta({ description: "Credentials of DNS providers, by the name that `secret` uses." }),
    namespace: input(label).default("cert-manager").meta({
      description:
        "Namespace of the Secret: cert-manager's own for a ClusterIssuer, that of an Issuer for an Issuer. It must exist.",
    }),
    secretName: credentialSecretName.optional().meta({
      description:
        "Name of the Secret; a `rotation` follows it, after a hyphen. To be given where two components would write the same Secret, as two tokens or two accounts of one project in one namespace do.",
      default:
        "from the credential: `cloudflare-SECRET`, `cloudflare-token-NAME`, `cloud-dns-SECRET` or `cloud-dns-account-PROJECT`, the last two with `-MANAGEDZONE`",
    }),
  })
  .superRefine(checkOneKind);

type DnsCredentialsArgs = z.output<typeof argsSchema>;

/** The component around this one, where there is one. */
interface Within {
  /** What the Secret was a child of before there was this component. */
  formerParent: pulumi.Resource;
  /** The managed zone that the component has made for the entry. */
  zone: ManagedZone | undefined;
}

/** One credential of a DNS provider: what is made for it there, and the Secret that cert-manager reads it from. */
export class DnsCredentials extends Component {
  readonly status: pulumi.Output<CredentialStatus>;

  constructor(name: string, args: DnsCredentialsArgs, opts: ComponentOptions, within?: Within) {
    super(token, name, {}, opts);
    const first = { parent: this, dependsOn: opts.dependsOn };
    const bound = bindChallenge(args);
    const cloudDns = args.cloudDns;
    const zone = within || !cloudDns?.createZone ? within?.zone : makeZone(name, cloudDns, args, first);
    const own = ["made", "keyless"].includes(bound.credential.source);
    const account = cloudDns && own ? makeAccount(name, cloudDns, args, zone, first) : undefined;
    if (account && cloudDns?.workloadIdentity) bindIdentity(name, account, cloudDns, args.namespace, first);
    const secretName = makeSecretOf(name, args, bound, account, { first, formerParent: within?.formerParent });
    const status = { secretName, serviceAccountEmail: account?.account.email, nameServers: zone?.nameServers };
    this.status = pulumi.output(status);
    this.declareOutputs({
      ...status,
      secretKey: bound.credential.secretRef?.key,
      solver: { ...(bound.zones ? { selector: { dnsZones: bound.zones } } : {}), dns01: bound.solver },
    });
  }
}

interface Surroundings {
  first: pulumi.CustomResourceOptions;
  formerParent: pulumi.Resource | undefined;
}

/** The Secret's name once it exists; that of a Secret of somebody else as it is. */
function makeSecretOf(
  name: string,
  args: DnsCredentialsArgs,
  { credential }: BoundChallenge,
  account: CloudDnsAccount | undefined,
  { first, formerParent }: Surroundings,
): pulumi.Input<string> | undefined {
  const { source, secretRef } = credential;
  if (!secretRef || source === "existing") return secretRef?.name;
  // A new logical name, so that the old key, token and Secret stay until everything of the update has succeeded.
  const current = args.rotation === undefined ? name : `${name}-${args.rotation}`;
  const aliases = formerParent && args.rotation === undefined ? [{ parent: formerParent }] : [];
  const value = account ? makeKey(current, account, first).privateKey : valueOf(current, args, credential, first);
  return makeSecret(current, secretRef, args.namespace, value, { ...first, aliases }).metadata.name;
}

/** A token, given or made, in base64. */
function valueOf(
  current: string,
  args: DnsCredentialsArgs,
  { secretName }: Credential,
  first: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  if (args.cloudflare?.token) return makeToken(current, args.cloudflare, args, first).apply(toBase64);
  return pulumi.secret(args.dnsSecrets!).apply((secrets) => {
    const value = secrets[secretName!];
    warnOfProject(args, value, first.parent);
    // An entry that is missing is found before, unless the whole map was not known in a preview.
    return toBase64(value ?? "");
  });
}

/** An account may well have rights in another project than its own, but more often the wrong key was taken. */
function warnOfProject(
  { cloudDns }: DnsCredentialsArgs,
  key: string | undefined,
  resource: pulumi.Resource | undefined,
) {
  if (!cloudDns || key === undefined || isKeyOf(key, cloudDns.project)) return;
  const text = `the service account key in dnsSecrets is of another project than ${cloudDns.project}, so its account needs rights there`;
  void pulumi.log.warn(text, resource);
}

const toBase64 = (text: string): string => Buffer.from(text).toString("base64");

export const dnsCredentials = defineComponent({
  token,
  description:
    "One credential of a DNS provider, for issuers of your own: a service account with the least rights and its key, or no key at all, for Cloud DNS; an API token for named zones for Cloudflare; and the Secret that cert-manager reads it from.",
  args: argsSchema,
  outputs: z.object({
    ...credentialStatusShape,
    secretKey: z.string().optional().meta({ description: "The key in the Secret's data." }),
    solver: z.record(z.string(), z.unknown()).meta({
      description: "The solver for an Issuer of your own.",
      source: "cert-manager.io/v1 Issuer spec.acme.solvers[]",
    }),
  }),
  rules: dnsCredentialsRules,
  create: DnsCredentials,
});
