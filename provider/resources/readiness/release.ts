import { diagnoseRelease } from "../../diagnosis/release";
import { readRelease, readReleaseParts } from "../../diagnosis/read";
import type { Cluster } from "../../kubernetes/client";
import type { Place } from "../../kubernetes/kinds";
import type { Look } from "./wait";

/** How long Helm may take to begin: it fetches the chart first. Without any sign of it there is nothing to watch. */
const beginsWithin = 60_000;

/**
 * Watches Helm at work on a release, which it waits for itself: so that somebody looks at the Pods while they are there. `began` is when
 * the watching began; what Helm has recorded before is about an earlier revision.
 */
export async function lookAtRelease(cluster: Cluster, place: Required<Place>, began: number): Promise<Look> {
  const record = await readRelease(cluster, place);
  const { status, modifiedAt, createdAt } = record?.metadata.labels ?? {};
  // Helm's times are whole seconds.
  const isNew = Number(modifiedAt ?? createdAt ?? 0) * 1000 >= began - 1000;
  if (!record || (!isNew && status !== "pending-install" && status !== "pending-upgrade")) {
    return Date.now() > began + beginsWithin ? { state: "ready", outputs: {} } : { state: "waiting" };
  }
  if (status === "deployed") return { state: "ready", outputs: {} };
  return status === "failed" ? { state: "hopeless", because: "failed" } : { state: "waiting" };
}

export const explainRelease = async (cluster: Cluster, place: Required<Place>) =>
  diagnoseRelease(await readReleaseParts(cluster, place));
