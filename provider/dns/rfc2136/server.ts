import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";

/** A DNS server as cert-manager takes it (its internal/apis/certmanager/validation/util): an IPv6 address stands in brackets. */
export const updateServer = z
  .string()
  .refine(
    isServer,
    "must be an address or hostname, with a port or without, such as 192.0.2.53:53 or [2001:db8::53]:53",
  );

function isServer(text: string): boolean {
  const { address, host, port } =
    /^(?:\[(?<address>[^\]]*)\]|(?<host>[^:[\]]+))(?::(?<port>\d{1,5}))?$/.exec(text)?.groups ?? {};
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) return false;
  if (address !== undefined) return isIPv6(address);
  if (host === undefined) return false;
  return /^[\d.]+$/.test(host) ? isIPv4(host) : /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.?$/i.test(host);
}
