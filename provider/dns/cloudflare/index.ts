import { z } from "zod";
import { date, label } from "../../schema/leaves";
import { input, objectType } from "../../schema/vocabulary";
import { secretObjectName, type Credential, type DnsKind, type Entry } from "../contract";
import { secretKey, secretReference } from "../secret-reference";
import { accountId } from "./zone";

const defaultKey = "api-token";

export const cloudflareTokenArgs = objectType(
  "CloudflareToken",
  "An API token that is made for this purpose. It may read the entry's zones and edit their DNS records, and nothing else.",
  {
    name: label.default("dns").meta({
      description:
        "What tells this token from others of the same component. Entries that name the same token share it, and it serves the zones of all of them.",
    }),
    accountId: accountId.optional().meta({
      description:
        "Account that the token belongs to and whose zones are looked up, for DNS records too. Without it the token is that of the user whose credential the Cloudflare provider has.",
      source: "Cloudflare API, POST /accounts/{account_id}/tokens, else POST /user/tokens",
    }),
    expiresOn: date.meta({
      description:
        "When the token ceases to be valid. Replace it before by a new `rotation` with a later date. A new date alone prolongs the token.",
      source: "Cloudflare API, expires_on",
    }),
  },
);

export const cloudflareArgs = objectType(
  "CloudflareChallenge",
  "DNS-01 by Cloudflare's API, with a token that may read the zone and edit its DNS records. Exactly one of `secret`, `existingSecret` and `token`.",
  {
    secret: secretKey.optional().meta({
      description:
        "Key in `dnsSecrets` of the API token. certfleet writes it into a Secret in cert-manager's namespace.",
    }),
    existingSecret: secretReference("SecretReference", "the credential", defaultKey).optional().meta({
      description:
        "Secret in cert-manager's namespace that holds the API token, kept by somebody else (for example External Secrets).",
    }),
    token: cloudflareTokenArgs.optional().meta({
      description:
        "Makes the API token with the Cloudflare provider of the program, for the entry's `zones` alone. certfleet writes it into a Secret in cert-manager's namespace.",
    }),
    zoneIds: input(z.record(z.string(), z.string().min(1, "must not be empty")))
      .optional()
      .meta({
        description:
          "Zone ids at Cloudflare by zone, for zones that cannot be looked up by name, such as a delegated zone that is made in the same program.",
        default: "looked up by name",
      }),
  },
).superRefine((args, ctx) => {
  const given = (["secret", "existingSecret", "token"] as const).filter((key) => args[key] !== undefined);
  if (given.length === 1) return;
  const has = given.length === 0 ? "none of them" : given.join(" and ");
  ctx.addIssue({
    code: "custom",
    message: `needs exactly one of secret, existingSecret and token, and has ${has}; set secret to a key of dnsSecrets, existingSecret.name to a Secret that exists, or token.expiresOn to have one made`,
  });
});

export type CloudflareArgs = z.output<typeof cloudflareArgs>;

export const cloudflare = {
  args: cloudflareArgs,
  description: "DNS-01 by Cloudflare.",
  credential(args: CloudflareArgs, entry: Entry): Credential {
    if (args.existingSecret)
      return { source: "existing", name: args.existingSecret.name, secretRef: args.existingSecret };
    const name = args.secret === undefined ? `cloudflare-token-${args.token!.name}` : `cloudflare-${args.secret}`;
    const secretRef = { name: secretObjectName(name, entry), key: defaultKey };
    return args.secret === undefined
      ? { source: "made", name, secretRef }
      : { source: "given", name, secretName: args.secret, secretRef };
  },
  solver: (_args: CloudflareArgs, { secretRef }: Credential) => ({ cloudflare: { apiTokenSecretRef: secretRef } }),
} satisfies DnsKind<typeof cloudflareArgs>;
