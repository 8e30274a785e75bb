import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";
import { recordKindOf, type DnsZoneArgs } from "../dns/zones";
import type { RecordData, RecordType } from "../dns/record";
import { seconds } from "../schema/leaves";
import { show } from "../schema/problems";
import { objectType } from "../schema/vocabulary";

export const recordSettingsArgs = objectType(
  "DnsRecordSettings",
  "How a domain's DNS records are made. Of use with `dnsRecord: true` only.",
  {
    ttlSeconds: seconds.optional().meta({
      description: "How long resolvers may keep a record, in seconds.",
      default: "300 in Cloud DNS; at Cloudflare what Cloudflare chooses",
    }),
    proxied: z.boolean().optional().meta({
      description:
        "Whether Cloudflare stands between clients and the Gateway. Clients then see Cloudflare's addresses and its certificate.",
      default: "`false`",
      source: "Cloudflare API, proxied",
    }),
    dualStack: z.boolean().optional().meta({
      description:
        "Whether the Gateway has an IPv6 address beside an IPv4 one, so that there are two records, A and AAAA. Which records there are cannot depend on addresses that a preview does not know.",
      default:
        "`false`: one record, A for IPv4 addresses, else AAAA for IPv6 addresses, else CNAME for a hostname, whichever the Gateway has",
    }),
    addressCount: z
      .int("must be a whole number")
      .min(1, "must be at least 1 address")
      .max(20, "must be at most 20 addresses")
      .optional()
      .meta({
        description:
          "How many addresses of each type the Gateway has, at least. At Cloudflare so many records are made of each type, one for each address; a record set of Cloud DNS holds all that there are. A Gateway with fewer fails the update. How many records there are cannot depend on addresses that a preview does not know.",
        default: "`1`",
      }),
  },
);

export type RecordSettings = z.output<typeof recordSettingsArgs>;

export const requiredDnsRecord = objectType(
  "RequiredDnsRecord",
  "A DNS record that certfleet does not manage and that the domain needs to be reached.",
  {
    name: z.string().meta({ description: "Name of the record, a hostname or wildcard." }),
    type: z.string().meta({ description: "`A`, `AAAA` or `CNAME`." }),
    value: z.string().meta({ description: "Address or hostname that the record must hold." }),
  },
);

export type RequiredDnsRecord = z.output<typeof requiredDnsRecord>;

/** A place for records of one name and type. How many there are follows from the args alone; what they hold, from the addresses. */
export interface RecordSlot {
  role: string;
  /** The types that it may be of: the first of which there are addresses. */
  types: readonly RecordType[];
  /** Which of the addresses it holds, where the zone's provider has a resource for each. */
  position: number | undefined;
}

export function recordSlots(zone: DnsZoneArgs, { dualStack, addressCount = 1 }: RecordSettings = {}): RecordSlot[] {
  const kinds: Pick<RecordSlot, "role" | "types">[] = dualStack
    ? [
        { role: "dns", types: ["A"] },
        { role: "dns-aaaa", types: ["AAAA"] },
      ]
    : [{ role: "dns", types: ["A", "AAAA", "CNAME"] }];
  if (recordKindOf(zone).holdsSeveralValues) return kinds.map((kind) => ({ ...kind, position: undefined }));
  return kinds.flatMap(({ role, types }) =>
    Array.from({ length: addressCount }, (_, position) => ({
      role: position === 0 ? role : `${role}-${position + 1}`,
      types,
      position,
    })),
  );
}

/** The records that lead a host to the addresses at which it is served, but for those that are made here. */
export function requiredDnsRecords(
  host: string,
  addresses: readonly string[],
  made: readonly RecordData[] = [],
): RequiredDnsRecord[] {
  const isMade = (value: string): boolean => made.some(({ values }) => values.includes(value));
  return distinct(addresses)
    .filter((value) => !isMade(value))
    .map((value) => ({ name: host, type: recordType(value), value }));
}

export interface RecordPlan {
  host: string;
  zone: DnsZoneArgs;
  settings?: RecordSettings | undefined;
}

/** What each slot's records of a host hold: all addresses of a type, or one where the zone's provider has a resource for each. */
export function recordData({ host, zone, settings }: RecordPlan, addresses: readonly string[]): RecordData[] {
  return recordSlots(zone, settings).map(({ types, position }) => {
    const type = types.find((one) => addresses.some((address) => recordType(address) === one));
    if (!type) throw new Error(`dnsRecord: ${missingAddress(host, types, addresses)}`);
    const { cnameAtApex, label } = recordKindOf(zone);
    if (type === "CNAME" && zone.name === host && !cnameAtApex) {
      throw new Error(`dnsRecord: ${noCname(host, label, addresses[0]!)}`);
    }
    const all = distinct(addresses).filter((address) => recordType(address) === type);
    // A name has one CNAME only (RFC 1034 3.6.2). In whatever order a Gateway says its addresses, each stays in its record.
    const values = type === "CNAME" ? all.slice(0, 1) : all.sort();
    const { addressCount = 1 } = settings ?? {};
    if (values.length < addressCount) throw new Error(`dnsRecord: ${fewerAddresses(host, type, values, addressCount)}`);
    return { type, values: position === undefined ? values : [values[position]!] };
  });
}

function missingAddress(host: string, types: readonly RecordType[], addresses: readonly string[]): string {
  if (addresses.length > 0) {
    const reason = `has no address for its ${types.join(" or ")} record (it has: ${addresses.join(", ")})`;
    return `the Gateway of ${show(host)} ${reason}; leave out dnsRecordSettings.dualStack`;
  }
  return noAddress(host);
}

const noAddress = (host: string): string =>
  `the Gateway of ${show(host)} has no address yet; run pulumi up again once it has one, and leave out pulumi.com/skipAwait among its annotations`;

/** Where a host must lead to, in one order, whatever the order in which the Gateway says it. */
export function awaitedAddresses(host: string, addresses: readonly string[]): string[] {
  if (addresses.length === 0) throw new Error(`waitForDns: ${noAddress(host)}`);
  return distinct(addresses).sort();
}

const fewerAddresses = (host: string, type: RecordType, values: readonly string[], wanted: number): string =>
  `the Gateway of ${show(host)} has fewer addresses for ${type} records (${values.join(", ")}) than dnsRecordSettings.addressCount says; set it to ${values.length} instead of ${wanted}`;

const noCname = (host: string, provider: string, address: string): string =>
  `the Gateway of ${show(host)} has the hostname ${show(address)} only, and ${provider} takes no CNAME at a zone's own name (RFC 1034 3.6.2); give the Gateway an IP address, or leave out dnsRecord and make the record that your DNS provider has for this by hand`;

const distinct = (addresses: readonly string[]): string[] => [
  ...new Set(addresses.map((address) => address.replace(/\.$/, ""))),
];

function recordType(address: string): RecordType {
  if (isIPv4(address)) return "A";
  return isIPv6(address) ? "AAAA" : "CNAME";
}
