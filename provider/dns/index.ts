import { z } from "zod";
import type { Dns01Solver } from "../kubernetes/types";
import { enumType, objectType } from "../schema/vocabulary";
import type { Credential, DnsKind, Entry } from "./contract";
import * as registry from "./kinds";
import { zone } from "./zone-name";

type Registry = typeof registry;

export type KindName = keyof Registry;

/** A kind's args as they parse. */
type Fragment<K extends KindName> = z.output<Registry[K]["args"]>;

const kinds: { [K in KindName]: DnsKind<z.ZodType<Fragment<K>>> } = registry;

/** In an order that does not depend on how modules are loaded. */
export const kindNames = (Object.keys(kinds) as KindName[]).sort();

const rotation = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/,
    "must be at most 32 lower-case letters, digits and inner hyphens, such as 2026-11",
  );

const cnameStrategy = enumType(
  "CnameStrategy",
  "Whether the record of a challenge is made where a CNAME leads to that stands at its name.",
  {
    None: "The record is made at its own name, in its own zone.",
    Follow: "The record is made where the CNAME leads, in the zone there, which the entry's DNS provider serves.",
  },
);

/** Each kind's arg, which is optional: of all of them an entry has one. */
const kindShape = Object.fromEntries(
  kindNames.map((name) => [name, kinds[name].args.optional().meta({ description: kinds[name].description })]),
) as { [K in KindName]: z.ZodOptional<Registry[K]["args"]> };

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
  cnameStrategy: cnameStrategy.optional().meta({
    description:
      "Whether a CNAME at a challenge's name is followed, so that rights in the zone that it leads to are enough.",
    default: '`"None"`',
    source: "cert-manager.io/v1 ClusterIssuer spec.acme.solvers[].dns01.cnameStrategy",
  }),
  ...kindShape,
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

/** A challenge entry bound to its kind. */
export interface BoundChallenge extends Dns01Solver {
  kind: KindName;
  credential: Credential;
}

/** An entry, and what a component of it alone says beside it. */
type NamedEntry = ChallengeEntry & Pick<Entry, "secretName">;

export function bindChallenge(entry: NamedEntry): BoundChallenge {
  const kind = kindOf(entry);
  return bind(kind, entry[kind]!, entry);
}

const kindOf = (entry: ChallengeEntry): KindName => kindNames.find((kind) => entry[kind] !== undefined)!;

function bind<K extends KindName>(kind: K, fragment: Fragment<K>, entry: NamedEntry): BoundChallenge {
  const { credential, solver }: DnsKind<z.ZodType<Fragment<K>>> = kinds[kind];
  const own = credential(fragment, entry);
  const { cnameStrategy } = entry;
  const dns01 = { ...(cnameStrategy === undefined ? {} : { cnameStrategy }), ...solver(fragment, own, entry) };
  return { kind, zones: entry.zones, credential: own, solver: dns01 };
}

/** Why a value of dnsSecrets cannot be the credential of an entry of this kind. */
export const secretProblemOf = (kind: KindName, value: string): string | undefined =>
  kinds[kind].secretProblem?.(value);
