import { holds } from "../../diagnosis/objects";
import { readRequest } from "../../diagnosis/read";
import { diagnoseRequest } from "../../diagnosis/request";
import type { Cluster } from "../../kubernetes/client";
import { kinds, type Place } from "../../kubernetes/kinds";
import type { Look } from "./wait";

/**
 * Whether a CertificateRequest has been answered. One that is not there yet is made beside this wait, and one that has failed may be made
 * anew beside it, so neither ends it.
 */
export async function lookAtRequest(cluster: Cluster, place: Place): Promise<Look> {
  const request = await cluster.get(kinds.certificateRequest, place);
  if (!request) return { state: "gone" };
  return holds(request, "Ready") ? { state: "ready", outputs: {} } : { state: "waiting" };
}

export async function explainRequest(cluster: Cluster, place: Place) {
  const { request, parts } = await readRequest(cluster, place);
  return diagnoseRequest(parts, request);
}
