import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import type { ChallengeArgs } from "../dns";
import { makeCloudDnsRecord } from "../dns/cloud-dns/records";
import { lookUpZoneId, makeCloudflareRecord, type ZoneQuery } from "../dns/cloudflare/records";
import type { PlannedRecord, RecordData } from "../dns/record";
import type { DnsZoneArgs } from "../dns/zones";
import { recordData, recordSlots } from "../plan/dns-records";
import { servingEntry, zoneOfEntry } from "../plan/dns-zone";
import type { DomainArgs } from "../plan/domain";

/** The DNS records of a domain, and what they hold. */
export interface DnsRecords {
  resources: pulumi.CustomResource[];
  data: pulumi.Output<RecordData[]>;
}

const none: DnsRecords = { resources: [], data: pulumi.output([]) };

/** Makes the records that lead a host to the addresses of its route, where they are asked for. */
export function makeDnsRecords(
  name: string,
  { host, dnsRecord, dnsRecordSettings, dnsZone, certificateOnly }: DomainArgs,
  addresses: pulumi.Output<string[]>,
  opts: pulumi.CustomResourceOptions,
): DnsRecords {
  if (!dnsRecord || certificateOnly || !dnsZone) return none;
  const zone = withId(dnsZone, (query) => lookUpZoneId(query, { parent: opts.parent }));
  const slots = recordSlots(dnsZone, dnsRecordSettings);
  const data = addresses.apply((all) =>
    // In a preview a Gateway that is yet to be made has none.
    all.length === 0 && pulumi.runtime.isDryRun()
      ? unknownData
      : recordData({ host, zone: dnsZone, settings: dnsRecordSettings }, all),
  );
  const resources = slots.map(({ role }, index) => {
    const { ttlSeconds, proxied = false } = dnsRecordSettings ?? {};
    const record = { role, name: host, data: data.apply((all) => all[index]!), ttlSeconds, proxied };
    // A name with a CNAME can have no other record, so when the type changes the old one must go first.
    return makeRecord(`${name}-${role}`, record, zone, { ...opts, deleteBeforeReplace: true });
  });
  return { resources, data };
}

/** What makes the Output that holds it unknown. */
const unknownData = unknown as unknown as RecordData[];

function makeRecord(
  name: string,
  record: PlannedRecord,
  { cloudflare, cloudDns }: DnsZoneArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  return cloudDns
    ? makeCloudDnsRecord(name, record, cloudDns, opts)
    : makeCloudflareRecord(name, record, cloudflare!.zoneId!, opts);
}

type LookUp = (zone: ZoneQuery) => pulumi.Output<string>;

/** The zone with its id, where its provider knows zones by one. */
function withId(zone: DnsZoneArgs, lookUp: LookUp): DnsZoneArgs {
  if (!zone.cloudflare) return zone;
  const { zoneId, accountId } = zone.cloudflare;
  return { ...zone, cloudflare: { zoneId: zoneId ?? lookUp({ name: zone.name, accountId }) } };
}

/** Finds the zones of domains that name none among challenges. A zone's id is looked up once, however many hosts are in it. */
export function zoneFinder(
  challenges: readonly ChallengeArgs[],
  parent: pulumi.Resource,
): (domain: DomainArgs) => DnsZoneArgs | undefined {
  const ids = new Map<string, pulumi.Output<string>>();
  const lookUp: LookUp = (zone) => {
    const key = `${zone.accountId ?? ""}/${zone.name}`;
    const id = ids.get(key) ?? lookUpZoneId(zone, { parent });
    ids.set(key, id);
    return id;
  };
  return ({ host, dnsRecord, dnsZone }) => {
    if (!dnsRecord) return undefined;
    if (dnsZone) return withId(dnsZone, lookUp);
    const serving = servingEntry(host, challenges);
    return serving && zoneOfEntry(serving, lookUp);
  };
}
