import { setTimeout as sleep } from "node:timers/promises";
import { conditionOf, lastWarning, type StoredEvent } from "../../diagnosis/objects";
import { readChains } from "../../diagnosis/read";
import type { Cluster, StoredObject } from "../../kubernetes/client";
import { ClusterError } from "../../kubernetes/failure";
import { isIssuing, pauseIssuance } from "../../kubernetes/issuance";
import { kinds, type Place } from "../../kubernetes/kinds";

const pause = 500;

/** How long cert-manager has for cleaning up a challenge, and how long all of it may take. */
const [cleansWithin, endsWithin] = [20_000, 30_000];

/** What is under way for a Certificate. */
interface Unfinished {
  issuing: boolean;
  requests: readonly StoredObject[];
  challenges: readonly StoredObject[];
  events: readonly StoredEvent[];
}

/**
 * Withdraws what is under way for a Certificate that is about to be deleted. cert-manager keeps a Challenge until it has cleaned it up, and
 * where it cannot, because the zone is not there or the credential is refused, it keeps it for ever, and so does the deletion of the
 * Certificate, which waits for all that it owns. One for which the Kubernetes plugin waits stays: it was told so earlier in the same
 * update, because the program has no kubeconfig any more. One that stays for another reason, as where this wait alone is destroyed by its
 * URN, is issued again five minutes later.
 */
export async function withdraw(cluster: Cluster, place: Place, signal: AbortSignal): Promise<void> {
  const began = Date.now();
  const owners = new Set<string>();
  try {
    for (;;) {
      const found = await unfinished(cluster, place, owners);
      const waited = Date.now() - began;
      if (!found || waited > endsWithin) return;
      await withdrawOnce(cluster, place, found, waited > cleansWithin);
      await sleep(pause, undefined, { signal });
    }
  } catch (error) {
    // It only prepares a deletion, which says itself what keeps it.
    if (!(error instanceof ClusterError)) throw error;
  }
}

/** `owners` holds what the Certificate owned in any look: a request that is gone has an Order for a moment longer. */
async function unfinished(cluster: Cluster, place: Place, owners: Set<string>): Promise<Unfinished | undefined> {
  const certificate = await cluster.get(kinds.certificate, place);
  if (!certificate || certificate.metadata.annotations?.["pulumi.com/waitFor"] !== undefined) return undefined;
  const chains = await readChains(cluster, place.namespace);
  owners.add(certificate.metadata.uid);
  const owned = (objects: readonly StoredObject[]): StoredObject[] => {
    const own = objects.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => owners.has(uid)));
    for (const { metadata } of own) owners.add(metadata.uid);
    return own;
  };
  const requests = owned(chains.requests).filter((request) => conditionOf(request, "Ready")?.status !== "True");
  owned(chains.orders);
  const challenges = owned(chains.challenges).filter((challenge) => finalizersOf(challenge).some(isCertManagers));
  const issuing = isIssuing(certificate);
  if (!issuing && requests.length === 0 && challenges.length === 0) return undefined;
  return { issuing, requests, challenges, events: chains.events };
}

async function withdrawOnce(cluster: Cluster, place: Place, found: Unfinished, overdue: boolean): Promise<void> {
  // First, or cert-manager replaces a request that is gone.
  if (found.issuing) await pauseIssuance(cluster, place);
  for (const request of found.requests) {
    await cluster.delete(kinds.certificateRequest, placeOf(request), { uid: request.metadata.uid });
  }
  const leaving = found.challenges.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  for (const challenge of leaving) {
    const nothingToClean =
      challenge.status?.presented !== true && lastWarning(found.events, challenge)?.reason === "CleanUpError";
    if (nothingToClean || overdue) await release(cluster, challenge);
  }
}

/** Lets a Challenge go that cert-manager holds. */
async function release(cluster: Cluster, challenge: StoredObject): Promise<void> {
  const { resourceVersion } = challenge.metadata;
  const finalizers = finalizersOf(challenge).filter((name) => !isCertManagers(name));
  try {
    await cluster.patch(kinds.challenge, placeOf(challenge), { metadata: { resourceVersion, finalizers } });
  } catch (error) {
    // Somebody else wrote, or it is gone: the next look tells.
    if (!(error instanceof ClusterError) || (error.status !== 409 && error.status !== 404)) throw error;
  }
}

const placeOf = ({ metadata }: StoredObject): Place => ({ namespace: metadata.namespace, name: metadata.name });
const finalizersOf = ({ metadata }: StoredObject): string[] => metadata.finalizers ?? [];

/** Its finalizer, and the one of its earlier releases. */
const isCertManagers = (finalizer: string): boolean =>
  ["acme.cert-manager.io/finalizer", "finalizer.acme.cert-manager.io"].includes(finalizer);
