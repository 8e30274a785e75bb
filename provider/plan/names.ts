import { createHash } from "node:crypto";

/**
 * The part of a logical name that stands for a host. "_" cannot occur in a hostname, so a wildcard never meets a host of that name, and
 * a host whose last label reads like the end of a redirect's logical name never meets the redirect of the host without that end.
 */
export function logicalKey(host: string): string {
  const key = host.startsWith("*.") ? `_.${host.slice(2)}` : host;
  return key.endsWith("-redirect") ? `${key}_` : key;
}

const maxReadable = 50;

/**
 * The name of a host's Kubernetes objects: a DNS label (RFC 1123, at most 63 characters), because controllers derive Services and
 * labels from a Gateway's name. Where dashes for dots could be ambiguous or the name is long, a digest of the host follows, so that
 * two hosts never share a name and a host's name never depends on the other hosts.
 */
export function objectName(host: string): string {
  const readable = host.replace("*", "wildcard").replaceAll(".", "-");
  // A name that ends like a redirect's would be that of another host's redirect.
  const unambiguous = /^[a-z0-9.]+$/.test(host) && readable.length <= maxReadable && !readable.endsWith("-redirect");
  if (unambiguous && /^[a-z]/.test(readable)) return readable;
  const digest = createHash("sha256").update(host).digest("hex").slice(0, 8);
  // A Service's name must begin with a letter (RFC 1035).
  const prefix = /^[a-z]/.test(readable) ? readable : `d-${readable}`;
  return `${prefix.slice(0, maxReadable).replace(/-+$/, "")}-${digest}`;
}
