import { diagnoseIssuer } from "../../diagnosis/issuer";
import { holds } from "../../diagnosis/objects";
import { readIssuerEvents } from "../../diagnosis/read";
import type { Cluster } from "../../kubernetes/client";
import { kinds, type Kind, type Place } from "../../kubernetes/kinds";
import type { Look } from "./wait";

/** Whether an issuer is ready as it is now. */
export async function lookAtIssuer(cluster: Cluster, place: Place): Promise<Look> {
  const issuer = await cluster.get(kinds.clusterIssuer, place);
  if (!issuer) return { state: "gone" };
  return holds(issuer, "Ready") ? { state: "ready", outputs: {} } : { state: "waiting" };
}

export const explainIssuer = async (cluster: Cluster, place: Place) =>
  diagnoseIssuer(
    `ClusterIssuer ${place.name}`,
    await cluster.get(kinds.clusterIssuer, place),
    await readIssuerEvents(cluster),
  );

/** Lets cert-manager look at an issuer again that is not ready, instead of after its pause. */
export async function resumeIssuer(cluster: Cluster, place: Place): Promise<void> {
  const issuer = await cluster.get(kinds.clusterIssuer, place);
  if (issuer && !holds(issuer, "Ready")) await tryAgain(cluster, kinds.clusterIssuer, place);
}

/** A controller looks at an object that changes, whatever its pauses between attempts; an annotation is change enough. */
export async function tryAgain(cluster: Cluster, kind: Kind, place: Place): Promise<void> {
  const annotations = { "certfleet.io/tried-again": new Date().toISOString() };
  await cluster.patch(kind, place, { metadata: { annotations } });
}
