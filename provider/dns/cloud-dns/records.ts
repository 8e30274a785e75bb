import { RecordSet } from "@pulumi/gcp/dns/recordSet";
import type * as pulumi from "@pulumi/pulumi";
import type { PlannedRecord, RecordData } from "../record";
import type { DnsZoneArgs } from "../zones";

const defaultTtl = 300;

export function makeCloudDnsRecord(
  logicalName: string,
  { name, data, ttlSeconds }: PlannedRecord,
  { project, hostedZoneName }: NonNullable<DnsZoneArgs["cloudDns"]>,
  opts: pulumi.CustomResourceOptions,
): RecordSet {
  const args = {
    project,
    managedZone: hostedZoneName,
    name: absolute(name),
    type: data.type,
    ttl: ttlSeconds ?? defaultTtl,
    rrdatas: data.apply(resourceData),
  };
  return new RecordSet(logicalName, args, opts);
}

/** Cloud DNS takes names with the root's dot alone. */
const absolute = (name: string): string => `${name}.`;

const resourceData = ({ type, values }: RecordData): string[] => (type === "CNAME" ? values.map(absolute) : values);
