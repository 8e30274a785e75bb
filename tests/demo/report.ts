import { renderTable } from "../lab";

export interface DomainReport {
  host: string;
  routeKind: string;
  issuer: string;
  ready: boolean;
  notAfter: string;
  /** As a TLS client saw it that trusts only the ACME server's root. */
  https: { status: number; issuer: string };
}

export function domainTable(domains: readonly DomainReport[]): string {
  const header = ["HOST", "ROUTE", "ISSUER", "READY", "NOT AFTER", "HTTPS", "VERIFIED ISSUER"];
  const rows = domains.map(({ host, routeKind, issuer, ready, notAfter, https }) => [
    host,
    routeKind,
    issuer,
    ready ? "yes" : "no",
    notAfter,
    String(https.status),
    https.issuer,
  ]);
  return renderTable([header, ...rows]);
}
