import type * as pulumi from "@pulumi/pulumi";

export type RecordType = "A" | "AAAA" | "CNAME";

/** What the records of one name and type hold. */
export interface RecordData {
  type: RecordType;
  values: string[];
}

/** The records of one name and type as planned. Where they lead is known once the route has addresses. */
export interface PlannedRecord {
  /** Last part of the logical name. */
  role: string;
  /** Hostname or wildcard, without a dot at its end. */
  name: string;
  data: pulumi.Output<RecordData>;
  ttlSeconds: number | undefined;
  proxied: boolean;
}

/** What a DNS provider does for the records of a zone. */
export interface RecordKind {
  /** The provider's name, for errors. */
  label: string;
  /** Whether all values of one name and type are one resource; else there is one for each value. */
  holdsSeveralValues: boolean;
  /** Whether a zone's own name may lead to a hostname, which plain DNS forbids (RFC 1034 3.6.2). */
  cnameAtApex: boolean;
  /** Whether it can stand between clients and the address. */
  proxies: boolean;
  /** Bounds of the time to live, in seconds. */
  ttl: { min: number; max: number };
}
