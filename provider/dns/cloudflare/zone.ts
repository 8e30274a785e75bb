import { text } from "../../schema/leaves";
import { objectType } from "../../schema/vocabulary";
import type { RecordKind } from "../record";

export const cloudflareZoneArgs = objectType(
  "CloudflareZone",
  "A zone at Cloudflare. Its records are made by the Cloudflare provider of the program, whose token may read the zone and edit its DNS records.",
  {
    zoneId: text.optional().meta({
      description: "Id of the zone.",
      default: "looked up by the zone's name, in previews too",
      source: "Cloudflare API, zone_id",
    }),
  },
);

/** Cloudflare answers with the addresses of a CNAME at a zone's own name (CNAME flattening). */
export const cloudflareRecords: RecordKind = {
  label: "Cloudflare",
  holdsSeveralValues: false,
  cnameAtApex: true,
  proxies: true,
  ttl: { min: 30, max: 86_400 },
};
