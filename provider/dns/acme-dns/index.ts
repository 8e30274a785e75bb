import { z } from "zod";
import { input, objectType } from "../../schema/vocabulary";
import type { Credential, DnsKind, Entry } from "../contract";
import { checkSource, givenCredential, givenShape } from "../secret-reference";

const defaultKey = "acmedns.json";

const apiUrl = z
  .string()
  .refine(
    (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
    "must be the https or http URL of an ACME-DNS server, such as https://auth.acme-dns.io",
  );

const acmeDnsArgs = objectType(
  "AcmeDnsChallenge",
  "DNS-01 by an ACME-DNS server (github.com/joohoi/acme-dns), to which the names' `_acme-challenge` records are CNAMEs. Exactly one of `secret` and `existingSecret`.",
  {
    host: input(apiUrl).meta({
      description: "URL of the server's API.",
      source: "cert-manager.io/v1 ClusterIssuer spec.acme.solvers[].dns01.acmeDNS.host",
    }),
    ...givenShape(
      "AcmeDnsAccountReference",
      "accounts by domain, as a JSON object of what the server's `/register` answered",
      defaultKey,
    ),
  },
).superRefine((args, ctx) => checkSource(args, ctx, true));

type AcmeDnsArgs = z.output<typeof acmeDnsArgs>;

export const acmeDns = {
  args: acmeDnsArgs,
  description: "DNS-01 by an ACME-DNS server.",
  credential: (args: AcmeDnsArgs, entry: Entry): Credential => givenCredential("acme-dns", defaultKey, args, entry),
  solver: ({ host }: AcmeDnsArgs, { secretRef }: Credential) => ({ acmeDNS: { host, accountSecretRef: secretRef } }),
  secretProblem: (value: string) =>
    holdsAccounts(value)
      ? undefined
      : "does not hold accounts of ACME-DNS: a JSON object of accounts by domain, each with username, password, fulldomain and subdomain; set it to that",
} satisfies DnsKind<typeof acmeDnsArgs>;

const fields = ["username", "password", "fulldomain", "subdomain"];

/** What cert-manager reads (its pkg/issuer/acme/dns/acmedns): accounts by domain. */
function holdsAccounts(text: string): boolean {
  try {
    const accounts = Object.values(JSON.parse(text) as object) as unknown[];
    return accounts.length > 0 && accounts.every(isAccount);
  } catch {
    return false;
  }
}

const isAccount = (value: unknown): boolean =>
  typeof value === "object" && value !== null && fields.every((field) => Object.hasOwn(value, field));
