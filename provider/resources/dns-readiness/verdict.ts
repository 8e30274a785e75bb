import { isIP, isIPv4 } from "node:net";

/** What one DNS server says. */
export interface Answer {
  /** Addresses of the host. */
  addresses: readonly string[];
  /** Addresses of the hostnames that it is expected to lead to. */
  ofHostnames: readonly string[];
}

/**
 * Whether a host leads to all of the expected addresses and nowhere else, so that every client gets there. A hostname's own addresses may
 * be more than a name server tells at once.
 */
export function leadsThere(expected: readonly string[], { addresses, ofHostnames }: Answer): boolean {
  const found = addresses.map(canonical);
  const wanted = expected.filter((one) => isIP(one)).map(canonical);
  const allowed = [...wanted, ...ofHostnames.map(canonical)];
  return found.length > 0 && wanted.every((one) => found.includes(one)) && found.every((one) => allowed.includes(one));
}

/** One spelling of an IPv6 address (RFC 5952). */
const canonical = (address: string): string =>
  isIPv4(address) || !isIP(address) ? address : new URL(`http://[${address}]`).hostname.slice(1, -1);

/** Addresses as records: "A 192.0.2.1, AAAA 2001:db8::1". */
export const describeAddresses = (addresses: readonly string[]): string =>
  [...addresses]
    .sort()
    .map((one) => `${recordTypeOf(one)} ${one}`)
    .join(", ") || "no address";

function recordTypeOf(address: string): string {
  if (!isIP(address)) return "CNAME";
  return isIPv4(address) ? "A" : "AAAA";
}
