import type * as dns from "@pulumi/gcp/dns";
import * as pulumi from "@pulumi/pulumi";
import { bindChallenge, type ChallengeEntry } from "../dns";
import { hostedZoneOf, type CloudDnsArgs } from "../dns/cloud-dns";
import { zoneName } from "../dns/cloud-dns/names";
import type { Entry } from "../dns/contract";
import { groupBy } from "../plan/group-by";
import { gcp } from "./cloud-sdks";

/** The managed zone of an entry that asks for it. */
export function makeZone(
  name: string,
  { project }: CloudDnsArgs,
  { zones }: Entry,
  opts: pulumi.CustomResourceOptions,
): dns.ManagedZone {
  const [zone] = zones!;
  const args = { name: zoneName(zone!), dnsName: `${zone}.`, project, description: "Made by certfleet." };
  return new (gcp.dns().ManagedZone)(name, args, opts);
}

/**
 * The managed zones that entries ask for, each once, whichever credentials work in it. Neither name nor parent follows from a credential,
 * so a zone, its records and its name servers stay when an entry's credential becomes another.
 */
export function makeZones(
  name: string,
  challenges: readonly ChallengeEntry[],
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): (entry: ChallengeEntry) => dns.ManagedZone | undefined {
  const asking = challenges.filter(({ cloudDns }) => cloudDns?.createZone);
  const made = new Map([...groupBy(asking, keyOf)].map(([key, entries]) => [key, makeShared(name, entries, opts)]));
  return (entry) => made.get(keyOf(entry));
}

function makeShared(
  name: string,
  entries: readonly ChallengeEntry[],
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): dns.ManagedZone {
  const { cloudDns, zones } = entries[0]!;
  // "_" can occur neither in a zone nor in a project, so no two zones share a name.
  const logicalName = `${name}-${zones![0]!}_${cloudDns!.project}`;
  const aliases = entries.map((entry) => formerly(name, entry, opts.parent));
  return makeZone(logicalName, cloudDns!, { zones }, { ...opts, aliases });
}

/** Which managed zone an entry works in, where it says so. */
function keyOf({ cloudDns, zones }: ChallengeEntry): string | undefined {
  const hostedZone = cloudDns && hostedZoneOf(cloudDns, { zones });
  return hostedZone === undefined ? undefined : `${cloudDns!.project}/${hostedZone}`;
}

/** What the zone was when it was named after its entry's credential, and a child of it. */
function formerly(name: string, entry: ChallengeEntry, parent: pulumi.Resource): pulumi.Alias {
  const former = `${name}-${bindChallenge(entry).credential.name}`;
  return { name: former, parent: pulumi.createUrn(former, "certfleet:index:DnsCredentials", parent) };
}
