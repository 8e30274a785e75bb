import type { z } from "zod";
import { text } from "../../schema/leaves";
import { enumType, input, objectType } from "../../schema/vocabulary";
import type { Credential, DnsKind, Entry } from "../contract";
import { updateServer } from "./server";
import { checkSource, givenCredential, givenShape, givenSources } from "../secret-reference";

const defaultKey = "tsig-secret";
const source = "cert-manager.io/v1 ClusterIssuer spec.acme.solvers[].dns01.rfc2136";

const protocol = enumType("Rfc2136Protocol", "How updates are sent.", { UDP: "Over UDP.", TCP: "Over TCP." });

const algorithm = enumType("TsigAlgorithm", "How updates are signed (RFC 8945).", {
  HMACMD5: "HMAC-MD5, which RFC 8945 advises against.",
  HMACSHA1: "HMAC-SHA-1.",
  HMACSHA256: "HMAC-SHA-256.",
  HMACSHA512: "HMAC-SHA-512.",
});

const rfc2136Args = objectType(
  "Rfc2136Challenge",
  "DNS-01 by dynamic updates (RFC 2136) of an authoritative DNS server such as BIND, Knot or PowerDNS, signed with a TSIG key: `tsigKeyName` with one of `secret` and `existingSecret`.",
  {
    nameserver: input(updateServer).meta({
      description: "The server that takes updates, by address or hostname, with the port unless that is 53.",
      source: `${source}.nameserver`,
    }),
    protocol: input(protocol)
      .optional()
      .meta({ description: "How updates are sent.", default: '`"UDP"`', source: `${source}.protocol` }),
    tsigKeyName: text.optional().meta({
      description: "Name of the TSIG key at the server. Without a key updates are not signed.",
      source: `${source}.tsigKeyName`,
    }),
    tsigAlgorithm: input(algorithm)
      .optional()
      .meta({
        description: "The TSIG key's algorithm.",
        default: '`"HMACSHA256"` where there is a key; cert-manager alone takes HMACMD5',
        source: `${source}.tsigAlgorithm`,
      }),
    ...givenShape("TsigSecretReference", "the TSIG key's secret as tsig-keygen prints it", defaultKey),
  },
).superRefine((args, ctx) => {
  checkSource(args, ctx, false);
  const given = givenSources(args);
  if (args.tsigKeyName === undefined && (given.length > 0 || args.tsigAlgorithm !== undefined)) {
    const message = `has ${given[0] ?? "tsigAlgorithm"}, but no name of the TSIG key; set tsigKeyName`;
    ctx.addIssue({ code: "custom", message });
  }
  if (args.tsigKeyName !== undefined && given.length === 0) {
    const message = "needs the secret of the TSIG key; set secret to a key of dnsSecrets, or existingSecret.name";
    ctx.addIssue({ code: "custom", message });
  }
});

type Rfc2136Args = z.output<typeof rfc2136Args>;

export const rfc2136 = {
  args: rfc2136Args,
  description: "DNS-01 by dynamic updates (RFC 2136).",
  credential: (args: Rfc2136Args, entry: Entry): Credential => givenCredential("rfc2136", defaultKey, args, entry),
  solver: ({ nameserver, protocol, tsigKeyName, tsigAlgorithm }: Rfc2136Args, { secretRef }: Credential) => ({
    rfc2136: {
      nameserver,
      ...(protocol === undefined ? {} : { protocol }),
      ...(secretRef
        ? { tsigKeyName, tsigAlgorithm: tsigAlgorithm ?? "HMACSHA256", tsigSecretSecretRef: secretRef }
        : {}),
    },
  }),
  secretProblem: (value: string) =>
    /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)
      ? undefined
      : "does not hold a TSIG key's secret, which is base64; set it to the secret in the server's configuration (tsig-keygen prints it)",
} satisfies DnsKind<typeof rfc2136Args>;
