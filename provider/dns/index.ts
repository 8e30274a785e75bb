import { z } from "zod";
import type { Dns01Solver } from "../kubernetes/types";
import { objectType } from "../schema/vocabulary";
import { cloudDns, cloudDnsArgs } from "./cloud-dns";
import { cloudflare, cloudflareArgs } from "./cloudflare";
import type { Credential, DnsKind, Entry } from "./contract";
import { zone } from "./zone-name";

const rotation = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/,
    "must be at most 32 lower-case letters, digits and inner hyphens, such as 2026-11",
  );

/** What says whose names are proven, and how. */
export const challengeShape = {
  zones: z.array(zone).min(1, "must name a zone, or be left out to match every name").optional().meta({
    description: "DNS zones that this entry serves. Without zones it serves all names that no other entry serves.",
    source: "cert-manager.io/v1 ClusterIssuer spec.acme.solvers[].selector.dnsZones",
  }),
  rotation: rotation.optional().meta({
    description:
      "A text that stands for the present key or token, such as the month it dates from. When it changes, a new one is made and written into a Secret of its own, issues a certificate by way of trial, is taken over by the issuers, and then the old one is deleted.",
  }),
  cloudflare: cloudflareArgs.optional().meta({ description: "DNS-01 by Cloudflare." }),
  cloudDns: cloudDnsArgs.optional().meta({ description: "DNS-01 by Google Cloud DNS." }),
};

export type ChallengeEntry = z.output<z.ZodObject<typeof challengeShape>>;

/** The rule that an entry is of one kind. */
export function checkOneKind(args: Partial<ChallengeEntry>, ctx: z.RefinementCtx): void {
  const given = kindNames.filter((kind) => args[kind] !== undefined);
  if (given.length === 1) return;
  const message =
    given.length === 0
      ? `names no kind of challenge; set one of ${kindNames.join(", ")}`
      : `names several kinds of challenge (${given.join(", ")}); make one entry of each`;
  ctx.addIssue({ code: "custom", message });
}

/** One way to prove control over names; exactly one kind. */
export const challengeArgs = objectType(
  "Challenge",
  "How control over the names of some zones is proven to the CA (RFC 8555 section 8). Exactly one kind.",
  {
    ...challengeShape,
    standby: z.boolean().optional().meta({
      default: "`false`",
      description:
        "Keeps the entry's credential and managed zone without using them, so that a zone can move to another entry, and back, while both are valid.",
    }),
  },
).superRefine(checkOneKind);

export type ChallengeArgs = z.output<typeof challengeArgs>;

type KindName = "cloudflare" | "cloudDns";

/** Typed over the args' keys, so that a kind that is missing here does not compile. */
const kinds: { [K in KindName]-?: DnsKind<NonNullable<ChallengeArgs[K]>> } = { cloudflare, cloudDns };
const kindNames = Object.keys(kinds) as KindName[];

/** A challenge entry bound to its kind. */
export interface BoundChallenge extends Dns01Solver {
  kind: KindName;
  credential: Credential;
}

export function bindChallenge(args: ChallengeEntry & Pick<Entry, "secretName">): BoundChallenge {
  return args.cloudflare
    ? bind("cloudflare", kinds.cloudflare, args.cloudflare, args)
    : bind("cloudDns", kinds.cloudDns, args.cloudDns!, args);
}

function bind<A>(kind: KindName, { credential, solver }: DnsKind<A>, fragment: A, entry: Entry): BoundChallenge {
  const own = credential(fragment, entry);
  return { kind, zones: entry.zones, credential: own, solver: solver(fragment, own, entry) };
}
