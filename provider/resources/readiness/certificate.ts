import { isDeepStrictEqual } from "node:util";
import { backoffEnd, currentRequest, diagnoseCertificate, healthOfRequest } from "../../diagnosis/certificate";
import { conditionOf, holds, isOwnedBy, lastEvent, statusText, type StoredEvent } from "../../diagnosis/objects";
import { readCertificateParts, readChains, readIssuer } from "../../diagnosis/read";
import type { Cluster, StoredObject } from "../../kubernetes/client";
import { startIssuance } from "../../kubernetes/issuance";
import { kinds, type Place } from "../../kubernetes/kinds";
import { foundOr, listPermitted } from "../../kubernetes/permitted";
import type { Values } from "../definition";
import { tryAgain } from "./issuer";
import type { Look } from "./wait";

const revisionOf = ({ status }: StoredObject): number => Number(status?.revision ?? 0);

const isReady = (certificate: StoredObject, after: number | undefined): boolean =>
  holds(certificate, "Ready") && (after === undefined || revisionOf(certificate) > after);

/** Whether a Certificate is ready, and if `after` is given, by an issuance later than that revision. */
export async function lookAtCertificate(cluster: Cluster, place: Place, after: number | undefined): Promise<Look> {
  const certificate = await cluster.get(kinds.certificate, place);
  if (!certificate) return { state: "gone" };
  if (isReady(certificate, after)) return { state: "ready", outputs: outputsOf(certificate) };
  const failed = conditionOf(certificate, "Issuing");
  const hopeless = failed?.reason === "Failed" && failed.status === "False" && backoffEnd(certificate) !== undefined;
  if (!hopeless || (await isRequested(cluster, certificate))) return { state: "waiting" };
  return { state: "hopeless", because: "could not be issued" };
}

/** Whether a request is under way: a failure that stands beside it is an earlier one's. */
async function isRequested(cluster: Cluster, certificate: StoredObject): Promise<boolean> {
  const { namespace } = certificate.metadata;
  const requests = foundOr(await listPermitted(cluster, kinds.certificateRequest, { namespace }), []);
  const request = currentRequest({ requests }, certificate);
  return request !== undefined && healthOfRequest(request) === "waiting";
}

export function outputsOf({ status }: StoredObject): Values {
  const { notBefore, notAfter, renewalTime, revision } = status ?? {};
  return { notBefore, notAfter, renewalTime, revision };
}

export const explainCertificate = async (cluster: Cluster, place: Place) =>
  diagnoseCertificate(await readCertificateParts(cluster, place), new Date());

/**
 * Lets an issuance that has failed, or hangs in its pauses between attempts, go on at once: what was wrong may be mended. Nothing is done
 * to one that is ready, by an issuance later than `after` if that is given.
 */
export async function resume(cluster: Cluster, place: Place, after?: number): Promise<void> {
  const certificate = await cluster.get(kinds.certificate, place);
  if (!certificate || isReady(certificate, after)) return;
  if (backoffEnd(certificate)) {
    await startIssuance(cluster, place);
    return;
  }
  const { issuer } = await readIssuer(cluster, certificate);
  const { requests, orders, challenges, events } = await readChains(cluster, place.namespace);
  const request = currentRequest({ requests }, certificate);
  if (!request) return;
  const own = orders.filter((order) => isOwnedBy(order, request));
  const pending = challenges.filter((challenge) => own.some((order) => isOwnedBy(challenge, order)));
  if (pending.some((challenge) => isOutdated(challenge, foundOr(issuer, undefined)))) {
    // A challenge keeps the solver that it began with. Without its request cert-manager makes another, and all below it anew.
    await cluster.delete(kinds.certificateRequest, placeOf(request), { uid: request.metadata.uid });
    return;
  }
  const stuck = pending.filter(
    (challenge) => statusText(challenge, "reason") !== undefined && !isBeingPresented(challenge, events),
  );
  for (const challenge of stuck) await tryAgain(cluster, kinds.challenge, placeOf(challenge));
}

/**
 * Whether cert-manager has made the challenge's record and is about to say so in the status, which holds the failure of before until then.
 * It sleeps for a minute in between, and begins again where somebody else has written meanwhile.
 */
const isBeingPresented = (challenge: StoredObject, events: readonly StoredEvent[]): boolean =>
  challenge.status?.presented !== true && lastEvent(events, challenge)?.reason === "Presented";

const placeOf = ({ metadata }: StoredObject): Place => ({ namespace: metadata.namespace, name: metadata.name });

/** Whether the issuer solves challenges in another way by now. */
function isOutdated({ spec }: StoredObject, issuer: StoredObject | undefined): boolean {
  const solvers = (issuer?.spec?.acme as { solvers?: unknown[] } | undefined)?.solvers;
  return solvers !== undefined && !solvers.some((solver) => isDeepStrictEqual(solver, spec?.solver));
}

/** Has a Certificate issued again, and says which revision that follows. */
export async function renewCertificate(cluster: Cluster, place: Place): Promise<number> {
  const certificate = await startIssuance(cluster, place);
  return certificate ? revisionOf(certificate) : 0;
}
