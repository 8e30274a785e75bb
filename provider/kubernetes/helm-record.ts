import { gunzipSync } from "node:zlib";
import type { Cluster, StoredObject } from "./client";
import { kinds } from "./kinds";
import { foundOr, listPermitted } from "./permitted";

/** What a revision of a Helm release was made of. */
interface Revision {
  /** Version of the chart. */
  version: string;
  /** What was given beside the chart's own values. */
  values: Record<string, unknown>;
}

/** Reads what Helm's record of a revision, of which the labels are known, holds; undefined where it tells nothing, or may not be read. */
export async function readRevision(
  cluster: Pick<Cluster, "list">,
  { metadata: { namespace, labels } }: StoredObject,
): Promise<Revision | undefined> {
  const labelSelector = `owner=helm,name=${labels?.name},version=${labels?.version}`;
  const [record] = foundOr(await listPermitted(cluster, kinds.secret, { namespace, labelSelector }), []);
  return record && unpack(record);
}

/** Far more than the API server stores of one object, unpacked. */
const maxBytes = 64 * 1024 * 1024;

/** JSON, packed by gzip, in base64 once more than Secrets are. */
function unpack({ data }: StoredObject): Revision | undefined {
  const packed = (data as Record<string, string> | undefined)?.release ?? "";
  try {
    const inner = Buffer.from(Buffer.from(packed, "base64").toString(), "base64");
    const { chart, config } = JSON.parse(gunzipSync(inner, { maxOutputLength: maxBytes }).toString()) as {
      chart: { metadata: { version: string } };
      config?: Record<string, unknown> | null;
    };
    return { version: chart.metadata.version, values: config ?? {} };
  } catch {
    return undefined;
  }
}
