import { z } from "zod";
import { objectType } from "../schema/vocabulary";
import { cloudDnsRecords, cloudDnsZoneArgs } from "./cloud-dns/zone";
import { cloudflareRecords, cloudflareZoneArgs } from "./cloudflare/zone";
import type { RecordKind } from "./record";
import { zone } from "./zone-name";

/** Where the records of a domain are made: exactly one kind. */
export const dnsZoneArgs = objectType(
  "DnsZone",
  "The DNS zone that a domain's records are made in, and the provider that serves it. Exactly one kind.",
  {
    name: zone.meta({ description: "Name of the zone. Names below it that are zones of their own do not count." }),
    cloudflare: cloudflareZoneArgs.optional().meta({ description: "At Cloudflare." }),
    cloudDns: cloudDnsZoneArgs.optional().meta({ description: "In Google Cloud DNS." }),
  },
).superRefine((args, ctx) => {
  const given = zoneKindNames.filter((kind) => args[kind] !== undefined);
  if (given.length === 1) return;
  const message =
    given.length === 0
      ? `names no kind of zone; set one of ${zoneKindNames.join(", ")}`
      : `names several kinds of zone (${given.join(", ")}); leave out all but one`;
  ctx.addIssue({ code: "custom", message });
});

export type DnsZoneArgs = z.output<typeof dnsZoneArgs>;
export type ZoneKindName = Exclude<keyof DnsZoneArgs, "name">;

/** Typed over the args' keys, so that a kind that is missing here does not compile. */
export const recordKinds: { [K in ZoneKindName]-?: RecordKind } = {
  cloudflare: cloudflareRecords,
  cloudDns: cloudDnsRecords,
};
export const zoneKindNames = Object.keys(recordKinds) as ZoneKindName[];

/** What a kind of challenge does for the records of its zones; undefined where it can only prove names. */
export const recordKindFor = (kind: string): RecordKind | undefined =>
  zoneKindNames.includes(kind as ZoneKindName) ? recordKinds[kind as ZoneKindName] : undefined;

export const zoneKindOf = (args: DnsZoneArgs): ZoneKindName => zoneKindNames.find((kind) => args[kind] !== undefined)!;

export const recordKindOf = (args: DnsZoneArgs): RecordKind => recordKinds[zoneKindOf(args)];
