import { diagnoseRelease } from "../../diagnosis/release";
import { readRelease, readReleaseParts } from "../../diagnosis/read";
import type { Cluster } from "../../kubernetes/client";
import type { Place } from "../../kubernetes/kinds";
import type { Look } from "./wait";

/** How long Helm may take to begin: it fetches the chart first. Without any sign of it there is nothing to watch. */
const beginsWithin = 60_000;

/**
 * Watches Helm at work on a release, which it waits for itself: so that somebody looks at the Pods while they are there. What Helm has
 * recorded before is about an earlier revision; the times among its records' labels are not to be relied on.
 */
export function watchRelease(cluster: Cluster, place: Required<Place>): () => Promise<Look> {
  const began = Date.now();
  let earlier: number | undefined;
  return async () => {
    const record = await readRelease(cluster, place);
    const { status, version = "0" } = record?.metadata.labels ?? {};
    const pending = status?.startsWith("pending-") ?? false;
    earlier ??= Number(version) - (pending ? 1 : 0);
    if (Number(version) <= earlier) {
      return Date.now() > began + beginsWithin ? { state: "ready", outputs: {} } : { state: "waiting" };
    }
    if (status === "deployed") return { state: "ready", outputs: {} };
    return status === "failed" ? { state: "hopeless", because: "failed" } : { state: "waiting" };
  };
}

export const explainRelease = async (cluster: Cluster, place: Required<Place>) =>
  diagnoseRelease(await readReleaseParts(cluster, place));
