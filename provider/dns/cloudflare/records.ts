import { DnsRecord } from "@pulumi/cloudflare/dnsRecord";
import { getZoneOutput } from "@pulumi/cloudflare/getZone";
import type * as pulumi from "@pulumi/pulumi";
import type { PlannedRecord } from "../record";

/** A zone as it is looked up: in one account, or in all that the program's provider sees. */
export interface ZoneQuery {
  name: string;
  accountId: string | undefined;
}

/** The id of a zone, as the program's provider finds it. */
export function lookUpZoneId({ name, accountId }: ZoneQuery, opts: pulumi.InvokeOutputOptions): pulumi.Output<string> {
  const account = accountId === undefined ? {} : { account: { id: accountId } };
  return getZoneOutput({ filter: { name, ...account } }, opts).zoneId;
}

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
    // One record for each value; which one, the plan has said.
    content: data.values.apply(([only]) => only!),
    ttl: ttlSeconds ?? automatic,
    proxied,
  };
  return new DnsRecord(logicalName, args, opts);
}
