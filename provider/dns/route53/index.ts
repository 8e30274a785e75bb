import { z } from "zod";
import { objectNameText, text } from "../../schema/leaves";
import { input, objectType } from "../../schema/vocabulary";
import type { Credential, DnsKind, Entry } from "../contract";
import { checkSource, givenCredential, givenShape, givenSources } from "../secret-reference";

const defaultKey = "secret-access-key";
const source = "cert-manager.io/v1 ClusterIssuer spec.acme.solvers[].dns01.route53";

const accessKeyId = input(
  z.string().regex(/^\w{16,128}$/, "must be an access key id of 16 to 128 letters, digits and underscores"),
);

const roleArn = input(
  z
    .string()
    .regex(
      /^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/,
      "must be the ARN of a role, such as arn:aws:iam::123456789012:role/dns, not its name",
    ),
);

const serviceAccountRefArgs = objectType(
  "Route53ServiceAccountReference",
  "A Kubernetes ServiceAccount as whose token cert-manager assumes the role (IRSA). cert-manager must be allowed to ask for its tokens.",
  {
    name: objectNameText.meta({
      description: "Name of the ServiceAccount, in cert-manager's namespace.",
      source: `${source}.auth.kubernetes.serviceAccountRef.name`,
    }),
    audiences: input(z.array(z.string().min(1, "must not be empty")))
      .optional()
      .meta({
        description: "Audiences of the token.",
        default: "`sts.amazonaws.com`",
        source: `${source}.auth.kubernetes.serviceAccountRef.audiences`,
      }),
  },
);

const route53Args = objectType(
  "Route53Challenge",
  "DNS-01 by Amazon Route 53. cert-manager acts by an access key (`accessKeyId` and one of `secret` and `existingSecret`), by a ServiceAccount's token (`serviceAccountRef`), or as its surroundings say (for ClusterIssuers only).",
  {
    region: text.optional().meta({
      description: "AWS region that requests are signed for. Route 53 itself has none.",
      default: "what cert-manager's surroundings say",
      source: `${source}.region`,
    }),
    hostedZoneId: text.optional().meta({
      description:
        "Id of the hosted zone. With it nothing has to be looked up, so rights in that zone alone are enough.",
      default: "looked up by name",
      source: `${source}.hostedZoneID`,
    }),
    role: roleArn.optional().meta({ description: "ARN of a role to assume.", source: `${source}.role` }),
    accessKeyId: accessKeyId.optional().meta({
      description: "Id of the access key whose secret part is given.",
      source: `${source}.accessKeyID`,
    }),
    ...givenShape("Route53SecretReference", "the secret access key", defaultKey),
    serviceAccountRef: serviceAccountRefArgs
      .optional()
      .meta({ description: "Does without an access key. Needs `role`." }),
  },
).superRefine((args, ctx) => {
  checkSource(args, ctx, false);
  const key = [...(args.accessKeyId === undefined ? [] : ["accessKeyId"]), ...givenSources(args).slice(0, 1)];
  if (key.length === 1) {
    const message = `needs accessKeyId and one of secret and existingSecret together, and has only ${key.join()}; set the other, or leave out both for cert-manager's own rights`;
    ctx.addIssue({ code: "custom", message });
  }
  if (!args.serviceAccountRef) return;
  if (key.length > 0) {
    const message = `is another identity than that of ${key.join(" and ")}; leave one of them out`;
    ctx.addIssue({ code: "custom", path: ["serviceAccountRef"], message });
  }
  if (args.role === undefined) {
    const message = "is missing: by serviceAccountRef cert-manager assumes a role; set its ARN";
    ctx.addIssue({ code: "custom", path: ["role"], message });
  }
});

type Route53Args = z.output<typeof route53Args>;

export const route53 = {
  args: route53Args,
  description: "DNS-01 by Amazon Route 53.",
  credential: (args: Route53Args, entry: Entry): Credential => givenCredential("route53", defaultKey, args, entry),
  solver({ region, hostedZoneId, role, accessKeyId, serviceAccountRef }: Route53Args, { secretRef }: Credential) {
    return {
      route53: {
        ...(region === undefined ? {} : { region }),
        ...(hostedZoneId === undefined ? {} : { hostedZoneID: hostedZoneId }),
        ...(role === undefined ? {} : { role }),
        ...(secretRef ? { accessKeyID: accessKeyId, secretAccessKeySecretRef: secretRef } : {}),
        ...(serviceAccountRef ? { auth: { kubernetes: { serviceAccountRef } } } : {}),
      },
    };
  },
} satisfies DnsKind<typeof route53Args>;
