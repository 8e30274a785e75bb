import * as pulumi from "@pulumi/pulumi";
import type { ChallengeArgs } from "../dns";
import { hostedZoneOf } from "../dns/cloud-dns";
import type { DnsZoneArgs } from "../dns/zones";
import { inZone } from "../schema/hostname";

/** The entry of challenges that serves a host, as cert-manager chooses it, and which of its zones holds the host. */
export interface ServingEntry {
  index: number;
  entry: ChallengeArgs;
  /** Absent where the entry names no zones. */
  zone: string | undefined;
}

/** The entry whose zone matches best, which is the longest, else the one without zones. */
export function servingEntry(host: string, challenges: readonly ChallengeArgs[]): ServingEntry | undefined {
  const all = challenges
    .map((entry, index) => ({ index, entry, zone: longest(host, entry.zones ?? []) }))
    .filter(({ entry }) => !entry.standby);
  const [best] = all.filter(({ zone }) => zone !== undefined).sort((a, b) => b.zone!.length - a.zone!.length);
  return best ?? all.find(({ entry }) => entry.zones === undefined);
}

const longest = (host: string, zones: readonly string[]): string | undefined =>
  zones.filter((zone) => inZone(host, zone)).sort((a, b) => b.length - a.length)[0];

/** The zone for the records of a host that an entry serves; undefined where the entry does not say which that is. */
export function zoneOfEntry(
  { entry, zone }: ServingEntry,
  lookUpZoneId: (zone: { name: string; accountId: string | undefined }) => pulumi.Output<string>,
): DnsZoneArgs | undefined {
  if (zone === undefined) return undefined;
  const { cloudflare, cloudDns } = entry;
  if (cloudflare) {
    const ids = pulumi.output(cloudflare.zoneIds ?? {});
    const query = { name: zone, accountId: cloudflare.token?.accountId };
    return {
      name: zone,
      cloudflare: { zoneId: ids.apply((known) => pulumi.output(known[zone] ?? lookUpZoneId(query))) },
    };
  }
  const hostedZoneName = cloudDns && hostedZoneOf(cloudDns, entry);
  return hostedZoneName === undefined
    ? undefined
    : { name: zone, cloudDns: { project: cloudDns!.project, hostedZoneName } };
}
