import { DnsRecord } from "@pulumi/cloudflare/dnsRecord";
import { getZoneOutput } from "@pulumi/cloudflare/getZone";
import type * as pulumi from "@pulumi/pulumi";
import type { PlannedRecord } from "../record";

/** The id of a zone by its name, as the program's provider finds it. */
export const lookUpZoneId = (zone: string, opts: pulumi.InvokeOutputOptions): pulumi.Output<string> =>
  getZoneOutput({ filter: { name: zone } }, opts).zoneId;

/** Cloudflare's way to say that it chooses the time to live itself; proxied records have no other. */
const automatic = 1;

export function makeCloudflareRecord(
  logicalName: string,
  { name, data, ttlSeconds, proxied }: PlannedRecord,
  zoneId: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): DnsRecord {
  const args = {
    zoneId,
    name,
    type: data.type,
    content: data.values.apply(([first]) => first!),
    ttl: ttlSeconds ?? automatic,
    proxied,
  };
  return new DnsRecord(logicalName, args, opts);
}
