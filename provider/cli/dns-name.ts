import { domainToASCII } from "node:url";

/** A host in the form that certificates have it, whatever form somebody typed. */
export const dnsNameOf = (host: string): string =>
  host.startsWith("*.") ? `*.${domainToASCII(host.slice(2))}` : domainToASCII(host);
