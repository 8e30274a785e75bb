import { z } from "zod";
import { label, text } from "../../schema/leaves";
import { objectType } from "../../schema/vocabulary";
import { secretObjectName, type Credential, type DnsKind, type Entry } from "../contract";
import { secretKey, secretReference } from "../secret-reference";
import { isServiceAccountKey } from "./key";
import { zoneName } from "./names";

const defaultKey = "key.json";

const project = z
  .string()
  .regex(
    /^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
    "must be a project id of 6 to 30 lower-case letters, digits and hyphens that begins with a letter, not the project's number or title",
  );

const hostedZoneName = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "must be the name of a managed zone (gcloud dns managed-zones list), not the DNS name that it serves",
  );

export const serviceAccountArgs = objectType(
  "CloudDnsServiceAccount",
  "Names of the service account and the role that are made. Within a project they must be unique.",
  {
    accountId: z
      .string()
      .regex(
        /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
        "must be an account id of 6 to 30 lower-case letters, digits and hyphens that begins with a letter",
      )
      .optional()
      .meta({
        description: "The service account's id: what stands before the @ of its e-mail address.",
        default: "from project, stack and the component's name",
        source: "Google IAM API v1, projects.serviceAccounts.create accountId",
      }),
    roleId: z
      .string()
      .regex(/^[a-zA-Z0-9_.]{3,64}$/, "must be a role id of 3 to 64 letters, digits, underscores and dots")
      .optional()
      .meta({
        description: "Id of the custom role.",
        default: "from project, stack and the component's name",
        source: "Google IAM API v1, projects.roles.create roleId",
      }),
  },
);

export const workloadIdentityArgs = objectType(
  "CloudDnsWorkloadIdentity",
  "No key at all: cert-manager's Kubernetes ServiceAccount acts as the Google service account that is made (GKE Workload Identity). For ClusterIssuers only, for cert-manager takes no such credentials for an Issuer.",
  {
    pool: text.optional().meta({
      description: "Workload identity pool of the cluster, where the cluster is in another project.",
      default: "`PROJECT.svc.id.goog` of `project`",
    }),
    kubernetesServiceAccount: label.default("cert-manager").meta({
      description: "Kubernetes ServiceAccount of cert-manager's controller, in cert-manager's namespace.",
    }),
  },
);

export const cloudDnsArgs = objectType(
  "CloudDnsChallenge",
  "DNS-01 by Google Cloud DNS. At most one of `secret`, `existingSecret` and `workloadIdentity`; with none of them a service account with the least rights and a key of it are made with the Google Cloud provider of the program.",
  {
    project: project.meta({
      description: "Google Cloud project that the managed zones are in.",
      source: "cert-manager.io/v1 ClusterIssuer spec.acme.solvers[].dns01.cloudDNS.project",
    }),
    hostedZoneName: hostedZoneName.optional().meta({
      description:
        "Managed zone that serves all of the entry's zones. With it nothing has to be looked up, so rights in that managed zone alone are enough.",
      source: "cert-manager.io/v1 ClusterIssuer spec.acme.solvers[].dns01.cloudDNS.hostedZoneName",
    }),
    createZone: z.boolean().default(false).meta({
      description:
        "Makes the managed zone (and on destroy deletes it). The entry must name exactly one zone. Its name servers are an output.",
    }),
    secret: secretKey.optional().meta({
      description:
        "Key in `dnsSecrets` of a service account's key, in JSON as Google hands it out. certfleet writes it into a Secret in cert-manager's namespace.",
    }),
    existingSecret: secretReference("ServiceAccountKeyReference", "a service account's key", defaultKey)
      .optional()
      .meta({
        description: "Secret in cert-manager's namespace that holds a service account's key, kept by somebody else.",
      }),
    workloadIdentity: workloadIdentityArgs.optional().meta({ description: "Does without a key." }),
    serviceAccount: serviceAccountArgs
      .optional()
      .meta({ description: "Names of the service account and the role that are made." }),
  },
).superRefine((args, ctx) => {
  const given = (["secret", "existingSecret", "workloadIdentity"] as const).filter((key) => args[key] !== undefined);
  if (given.length > 1) {
    const message = `has several credentials (${given.join(", ")}); leave out all but one, or all to have one made`;
    ctx.addIssue({ code: "custom", message });
  }
  if (args.serviceAccount && (args.secret !== undefined || args.existingSecret)) {
    const message = `has no effect with ${given[0]!}, for no service account is made; leave it out`;
    ctx.addIssue({ code: "custom", path: ["serviceAccount"], message });
  }
  if (args.createZone && args.hostedZoneName !== undefined) {
    const message = "is a managed zone that exists, and createZone makes one; leave one of them out";
    ctx.addIssue({ code: "custom", path: ["hostedZoneName"], message });
  }
});

export type CloudDnsArgs = z.output<typeof cloudDnsArgs>;

/** The managed zone that serves an entry, where it is named or made here. */
export function hostedZoneOf(args: CloudDnsArgs, { zones }: Entry): string | undefined {
  return args.createZone && zones?.[0] !== undefined ? zoneName(zones[0]) : args.hostedZoneName;
}

/** A service account is made for each project, or managed zone; a Secret that is given serves any. */
function credentialName(args: CloudDnsArgs, entry: Entry): string {
  const own = args.existingSecret?.name ?? args.secret;
  const account = ["account", args.project.replaceAll(/[.:]/g, "-"), hostedZoneOf(args, entry)];
  const given = [args.existingSecret && "existing", own, args.createZone ? hostedZoneOf(args, entry) : undefined];
  return ["cloud-dns", ...(own === undefined ? account : given)].filter((part) => part !== undefined).join("-");
}

export const cloudDns = {
  args: cloudDnsArgs,
  description: "DNS-01 by Google Cloud DNS.",
  credential(args: CloudDnsArgs, entry: Entry): Credential {
    const name = credentialName(args, entry);
    if (args.existingSecret) return { source: "existing", name, secretRef: args.existingSecret };
    if (args.workloadIdentity) return { source: "keyless", name };
    const secretRef = { name: secretObjectName(name, entry), key: defaultKey };
    if (args.secret === undefined) return { source: "made", name, secretRef };
    return { source: "given", name, secretName: args.secret, secretRef };
  },
  solver(args: CloudDnsArgs, { secretRef }: Credential, entry: Entry) {
    const hostedZone = hostedZoneOf(args, entry);
    return {
      cloudDNS: {
        project: args.project,
        ...(hostedZone === undefined ? {} : { hostedZoneName: hostedZone }),
        ...(secretRef ? { serviceAccountSecretRef: secretRef } : {}),
      },
    };
  },
  secretProblem: (value: string) =>
    isServiceAccountKey(value)
      ? undefined
      : 'does not hold a service account\'s key: JSON whose type is "service_account"; set it to the file that Google Cloud hands out (gcloud iam service-accounts keys create)',
} satisfies DnsKind<typeof cloudDnsArgs>;
