import { text } from "../../schema/leaves";
import { objectType } from "../../schema/vocabulary";
import type { RecordKind } from "../record";

export const cloudDnsZoneArgs = objectType(
  "CloudDnsZone",
  "A managed zone of Google Cloud DNS. Its records are made by the Google Cloud provider of the program.",
  {
    project: text.meta({ description: "Google Cloud project that the managed zone is in." }),
    hostedZoneName: text.meta({
      description: "Name of the managed zone (gcloud dns managed-zones list), not the DNS name that it serves.",
      source: "Cloud DNS API v1, managedZones name",
    }),
  },
);

export const cloudDnsRecords: RecordKind = {
  label: "Cloud DNS",
  holdsSeveralValues: true,
  cnameAtApex: false,
  proxies: false,
  ttl: { min: 1, max: 604_800 },
};
