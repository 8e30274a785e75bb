import { isIPv4 } from "node:net";
import { domainToASCII } from "node:url";
import { z } from "zod";

/** Why a text is no hostname that a public certificate can name; undefined if it is one. Rules: RFC 1035 2.3.4, RFC 6125 6.4.3. */
function hostnameProblem(host: string): string | undefined {
  const name = host.startsWith("*.") ? host.slice(2) : host;
  if (/^[a-z]+:\/\//i.test(host)) return "must be a hostname, not a URL; leave out the scheme and the path";
  if (name.includes("*"))
    return 'may have a wildcard only as the whole first label, as in "*.example.com" (RFC 6125 6.4.3)';
  if (name.endsWith(".")) return "must not end with a dot; leave it out";
  if (/^\d+(\.\d+){3}$/.test(name) || name.includes(":"))
    return "must be a hostname; an IP address or a port has no place here";
  // The URL rules behind domainToASCII cut at a slash, drop tabs and decode percent signs: what they would hide is refused first.
  const odd = /[^\w.\u0080-\u{10ffff}-]/u.exec(name)?.[0];
  if (odd) return `has the character ${JSON.stringify(odd)}; hostnames hold letters, digits, hyphens and dots only`;
  const ascii = domainToASCII(name);
  if (isIPv4(ascii)) return "must be a hostname; an IP address or a port has no place here";
  if (ascii === "") return "is not a valid hostname; use letters, digits, hyphens and dots";
  if (toAscii(host).length > 253) return "is longer than 253 characters (RFC 1035 2.3.4)";
  const labels = ascii.split(".");
  if (labels.length < 2) return "has only one label; public certificates need a full name such as shop.example.com";
  return labels.map(labelProblem).find((problem) => problem !== undefined);
}

function labelProblem(label: string): string | undefined {
  if (label === "") return "has an empty label; remove the extra dot";
  if (label.length > 63) return `has a label longer than 63 characters (${label.slice(0, 12)}..., RFC 1035 2.3.4)`;
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(label)) {
    return `has the label "${label}"; labels hold letters, digits and inner hyphens only`;
  }
  if (/^(?!xn)..--/.test(label)) {
    return `has the label "${label}"; two hyphens in the third and fourth place are for international names only (RFC 5890 2.3.1)`;
  }
  return undefined;
}

/** Lower case, and international names in their ASCII form (IDNA). */
function toAscii(host: string): string {
  return host.startsWith("*.") ? `*.${domainToASCII(host.slice(2))}` : domainToASCII(host);
}

/** A hostname or wildcard, as Certificates, listeners and routes name it. */
export const hostname = z
  .string()
  .superRefine((host, ctx) => {
    const message = hostnameProblem(host);
    if (message) ctx.addIssue({ code: "custom", message });
  })
  .transform(toAscii)
  .meta({
    constraint:
      "must be a full name such as shop.example.com, or a wildcard for its first label, without scheme, port or path",
  });

export const isWildcard = (host: string): boolean => host.startsWith("*.");

/** Whether a certificate for `name` is valid for `host`: the same name, or a wildcard for exactly one label more. */
export function covers(name: string, host: string): boolean {
  return (
    name === host || (isWildcard(name) && !isWildcard(host) && host.slice(host.indexOf(".") + 1) === name.slice(2))
  );
}

/** Whether a host (or wildcard) lies in a DNS zone. */
export function inZone(host: string, zone: string): boolean {
  const name = isWildcard(host) ? host.slice(2) : host;
  return name === zone || name.endsWith(`.${zone}`);
}
