import { cloudflareZoneId, googleProject, hosts, type Fault, type FaultEffect } from "../../lab";

/** Where Cloud DNS has the managed zones of the lab's project. */
export const managedZones = `/dns/v1/projects/${googleProject.id}/managedZones`;

/** A fault of what is asked in one managed zone of Cloud DNS. */
export const inManagedZone = (zone: string, effect: FaultEffect, method?: string): Fault => ({
  host: hosts.cloudDns,
  pathPrefix: `${managedZones}/${zone}/`,
  method,
  ...effect,
});

/** A fault of what is asked in one zone of Cloudflare. */
export const atCloudflare = (zone: string, effect: FaultEffect, method?: string): Fault => ({
  host: hosts.cloudflare,
  pathPrefix: `/client/v4/zones/${cloudflareZoneId(zone)}/`,
  method,
  ...effect,
});

export const unavailable: FaultEffect = { kind: "status", status: 503 };
export const tooMany: FaultEffect = { kind: "status", status: 429, retryAfter: 2 };
export const latency: FaultEffect = { kind: "latency", milliseconds: 1500 };
export const visibleAfter = (milliseconds: number): FaultEffect => ({ kind: "visibleAfter", milliseconds });
