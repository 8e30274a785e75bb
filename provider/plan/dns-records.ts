import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";
import { objectType } from "../schema/vocabulary";

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

/** The records that lead a host to the addresses at which it is served. */
export function requiredDnsRecords(host: string, addresses: readonly string[]): RequiredDnsRecord[] {
  return addresses.map((value) => ({ name: host, type: recordType(value), value }));
}

function recordType(address: string): string {
  if (isIPv4(address)) return "A";
  return isIPv6(address) ? "AAAA" : "CNAME";
}
