import { z } from "zod";
import { objectNameText } from "../../schema/leaves";
import { objectType } from "../../schema/vocabulary";
import { secretReference } from "../secret-reference";
import type { DnsKind } from "../contract";

const defaultKey = "api-token";

export const cloudflareArgs = objectType(
  "CloudflareChallenge",
  "DNS-01 by Cloudflare's API, with a token that may read the zone and edit its DNS records. Exactly one of `secret` and `existingSecret`.",
  {
    secret: objectNameText
      .max(242, "must be at most 242 characters, to leave room for its Secret's prefix")
      .optional()
      .meta({
        description:
          "Key in `dnsSecrets` of the API token. certfleet writes it into a Secret in cert-manager's namespace.",
      }),
    existingSecret: secretReference(defaultKey).optional().meta({
      description:
        "Secret in cert-manager's namespace that holds the API token, kept by somebody else (for example External Secrets).",
    }),
  },
).superRefine((args, ctx) => {
  if ((args.secret === undefined) === (args.existingSecret === undefined)) {
    const count = args.secret === undefined ? "neither" : "both";
    ctx.addIssue({
      code: "custom",
      message: `needs exactly one of secret and existingSecret, and has ${count}; set secret to a key of dnsSecrets, or existingSecret.name to a Secret that exists`,
    });
  }
});

export const cloudflare: DnsKind<z.output<typeof cloudflareArgs>> = {
  secretName: (args) => args.secret,
  secretRef: (args) => args.existingSecret ?? { name: `cloudflare-${args.secret}`, key: defaultKey },
  solver: (_args, secretRef) => ({ cloudflare: { apiTokenSecretRef: secretRef } }),
};
