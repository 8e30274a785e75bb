import { isDeepStrictEqual } from "node:util";
import { diagnoseRelease } from "../../diagnosis/release";
import { readRelease, readReleaseParts } from "../../diagnosis/read";
import type { Diagnosis } from "../../diagnosis/types";
import type { Cluster, StoredObject } from "../../kubernetes/client";
import { readRevision } from "../../kubernetes/helm-record";
import type { Place } from "../../kubernetes/kinds";
import { Denied } from "../../kubernetes/permitted";
import { plainVersion } from "../../plan/cert-manager-releases";
import type { Values } from "../definition";
import type { Look } from "./wait";

/** How long Helm may take to begin: it fetches the chart first. Without any sign of it there is nothing to watch. */
const beginsWithin = 60_000;

/** Helm's states of a revision that is coming up. */
const comingUp = ["pending-install", "pending-upgrade"];

/**
 * Watches Helm at work on a release, which it waits for itself: so that somebody looks at the Pods while they are there. A failed revision
 * may be uninstalled or rolled back at once, so what keeps it is read while it comes up. What Helm has recorded before is about an earlier
 * revision; the times among its records' labels are not to be relied on. Where that one is what is `asked` for already, Helm may well have
 * nothing to do, and where its records may not be read there is nothing to watch.
 */
export function watchRelease(cluster: Cluster, place: Required<Place>, asked: Values | undefined): () => Promise<Look> {
  const began = Date.now();
  let earlier: number | undefined;
  let seen: number | undefined;
  let diagnosis: Diagnosis | undefined;
  return async () => {
    const record = await readRelease(cluster, place);
    if (record instanceof Denied) return ready;
    const { status = "", version = "0" } = record?.metadata.labels ?? {};
    const revision = Number(version);
    if (earlier === undefined && status === "deployed" && (await isMadeOf(cluster, record!, asked))) return ready;
    earlier ??= revision - (status.startsWith("pending-") ? 1 : 0);
    const isNew = revision > earlier;
    if (isNew && comingUp.includes(status)) {
      seen = revision;
      const found = await explainRelease(cluster, place);
      // Between its attempts a container may look well.
      if (found.cause || !diagnosis) diagnosis = found;
      return { state: "waiting" };
    }
    if (seen !== undefined && (revision !== seen || status !== "deployed"))
      return { state: "hopeless", because: "failed", diagnosis };
    if (isNew) return status === "deployed" ? ready : { state: "hopeless", because: "failed" };
    return Date.now() > began + beginsWithin ? ready : { state: "waiting" };
  };
}

/** Whether a revision has the version and the values that are asked for. */
async function isMadeOf(cluster: Cluster, record: StoredObject, asked: Values | undefined): Promise<boolean> {
  const revision = await readRevision(cluster, record);
  if (!revision || typeof asked?.version !== "string") return false;
  const isVersion = plainVersion(revision.version) === plainVersion(asked.version);
  return isVersion && isDeepStrictEqual(revision.values, asked.values ?? {});
}

const ready: Look = { state: "ready", outputs: {} };

export const explainRelease = async (cluster: Cluster, place: Required<Place>) =>
  diagnoseRelease(await readReleaseParts(cluster, place));
