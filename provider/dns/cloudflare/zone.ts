import { z } from "zod";
import { text } from "../../schema/leaves";
import { objectType } from "../../schema/vocabulary";
import type { RecordKind } from "../record";

export const accountId = z.string().regex(/^[0-9a-f]{32}$/, "must be an account id of 32 hexadecimal digits");

export const cloudflareZoneArgs = objectType(
  "CloudflareZone",
  "A zone at Cloudflare. Its records are made by the Cloudflare provider of the program, whose token may read the zone and edit its DNS records.",
  {
    zoneId: text.optional().meta({
      description: "Id of the zone.",
      default: "looked up by the zone's name, in previews too",
      source: "Cloudflare API, zone_id",
    }),
    accountId: accountId.optional().meta({
      description:
        "Account in which the zone is looked up, where the provider's token sees a zone of the same name in another account too, such as one that has moved.",
      source: "Cloudflare API, GET /zones?account.id",
    }),
  },
).superRefine((args, ctx) => {
  if (args.zoneId === undefined || args.accountId === undefined) return;
  const message = "has no effect with zoneId, for nothing is looked up; leave it out";
  ctx.addIssue({ code: "custom", path: ["accountId"], message });
});

/** Cloudflare answers with the addresses of a CNAME at a zone's own name (CNAME flattening). */
export const cloudflareRecords: RecordKind = {
  label: "Cloudflare",
  holdsSeveralValues: false,
  cnameAtApex: true,
  proxies: true,
  ttl: { min: 30, max: 86_400 },
};
