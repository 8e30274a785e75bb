import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { bindChallenge, type BoundChallenge, type ChallengeArgs, type ChallengeEntry } from "../dns";
import { accountEmail, accountIdOf, type Maker } from "../dns/cloud-dns/names";
import { hasOutput, objectType } from "../schema/vocabulary";
import { groupBy } from "./group-by";

export const credentialStatusShape = {
  secretName: z.string().optional().meta({ description: "Name of the Secret; absent where there is no key." }),
  serviceAccountEmail: z.string().optional().meta({
    description:
      "E-mail address of the service account that was made. Where it has no key, the annotation iam.gke.io/gcp-service-account of cert-manager's ServiceAccount must say it.",
  }),
  nameServers: z.array(z.string()).optional().meta({
    description: "Name servers of the managed zone that was made, for the NS records in the zone above it.",
  }),
};

export const credentialStatus = objectType(
  "DnsCredentialStatus",
  "What was made for one credential of a DNS provider.",
  credentialStatusShape,
);

export type CredentialStatus = z.output<typeof credentialStatus>;

/** A credential, and what the entries that share it say of it together. */
export interface PlannedCredential {
  name: string;
  entry: ChallengeEntry;
  bound: BoundChallenge;
  /** Those of the entries that issuers solve challenges by; none where all are on standby. */
  active: BoundChallenge[];
}

/** Every credential once, in the order in which they are first named. */
export function planCredentials(challenges: readonly ChallengeArgs[]): PlannedCredential[] {
  return [...groupBy(challenges, (challenge) => bindChallenge(challenge).credential.name)].map(([name, entries]) => {
    const entry = { ...entries[0]!, zones: unionOfZones(entries), ...cloudflareOf(entries) };
    const active = entries.filter(({ standby }) => !standby).map((one) => bindChallenge(one));
    return { name, entry, bound: bindChallenge(entry), active };
  });
}

/** Whether something is made for a credential: one that others keep needs nothing, unless its managed zone is to be made. */
export const isMade = ({ entry, bound }: PlannedCredential): boolean =>
  !["existing", "unmanaged"].includes(bound.credential.source) || entry.cloudDns?.createZone === true;

function unionOfZones(entries: readonly ChallengeArgs[]): string[] | undefined {
  const zones = [...new Set(entries.flatMap((entry) => entry.zones ?? []))];
  return zones.length > 0 ? zones : undefined;
}

type ZoneIds = pulumi.Input<Record<string, string>>;

/** The zone ids that entries with one token name, together. */
function cloudflareOf(entries: readonly ChallengeArgs[]): Pick<ChallengeEntry, "cloudflare"> {
  const fragment = entries[0]!.cloudflare;
  const ids = entries.map(({ cloudflare }) => cloudflare?.zoneIds).filter((one) => one !== undefined);
  return fragment && ids.length > 0 ? { cloudflare: { ...fragment, zoneIds: mergeIds(ids) } } : {};
}

function mergeIds(ids: readonly ZoneIds[]): ZoneIds {
  if (!hasOutput(ids)) return Object.assign({}, ...ids) as Record<string, string>;
  return pulumi.all([...ids]).apply((all) => Object.assign({}, ...all) as Record<string, string>);
}

/** The account that cert-manager's ServiceAccount acts as, where an entry does without a key. */
export function keylessAccount(challenges: readonly ChallengeArgs[], maker: Maker): string | undefined {
  const keyless = planCredentials(challenges).find(({ bound }) => bound.credential.source === "keyless");
  if (!keyless) return undefined;
  const { project, serviceAccount } = keyless.entry.cloudDns!;
  const component = `${maker.component}-${keyless.name}`;
  return accountEmail(serviceAccount?.accountId ?? accountIdOf({ ...maker, component }), project);
}
