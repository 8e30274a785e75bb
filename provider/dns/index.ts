import { z } from "zod";
import type { Dns01Solver } from "../kubernetes/types";
import { hostname, isWildcard } from "../schema/hostname";
import { objectType } from "../schema/vocabulary";
import { cloudflare, cloudflareArgs } from "./cloudflare";
import type { DnsKind } from "./contract";

const zone = hostname
  .refine(
    (name) => !isWildcard(name),
    "must be a zone without a wildcard: a zone serves every name in it; leave the first label out",
  )
  .meta({ constraint: "must be a full name such as example.com" });

/** One way to prove control over names; exactly one kind. */
export const challengeArgs = objectType(
  "Challenge",
  "How control over the names of some zones is proven to the CA (RFC 8555 section 8). Exactly one kind.",
  {
    zones: z.array(zone).min(1, "must name a zone, or be left out to match every name").optional().meta({
      description: "DNS zones that this entry serves. Without zones it serves all names that no other entry serves.",
      source: "cert-manager.io/v1 ClusterIssuer spec.acme.solvers[].selector.dnsZones",
    }),
    cloudflare: cloudflareArgs.optional().meta({ description: "DNS-01 by Cloudflare." }),
  },
).superRefine((args, ctx) => {
  const given = kindNames.filter((kind) => args[kind] !== undefined);
  if (given.length === 1) return;
  const message =
    given.length === 0
      ? `names no kind of challenge; set one of ${kindNames.join(", ")}`
      : `names several kinds of challenge (${given.join(", ")}); make one entry of each`;
  ctx.addIssue({ code: "custom", message });
});

export type ChallengeArgs = z.output<typeof challengeArgs>;
type KindName = Exclude<keyof ChallengeArgs, "zones">;

/** Typed over the args' keys, so that a kind that is missing here does not compile. */
const kinds: { [K in KindName]-?: DnsKind<NonNullable<ChallengeArgs[K]>> } = { cloudflare };
const kindNames = Object.keys(kinds) as KindName[];

/** A challenge entry bound to its kind. */
export interface BoundChallenge extends Dns01Solver {
  kind: string;
  secretName: string | undefined;
  secretRef: { name: string; key: string };
}

export function bindChallenge(args: ChallengeArgs): BoundChallenge {
  const kind = kindNames.find((name) => args[name] !== undefined)!;
  const fragment = args[kind]!;
  const secretRef = kinds[kind].secretRef(fragment);
  return {
    kind,
    zones: args.zones,
    secretName: kinds[kind].secretName(fragment),
    secretRef,
    solver: kinds[kind].solver(fragment, secretRef),
  };
}
