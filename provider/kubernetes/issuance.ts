import type { Cluster, StoredObject } from "./client";
import { ClusterError } from "./failure";
import { kinds, type Place } from "./kinds";
import type { CertificateStatus } from "./types";

/** A Certificate with what its status says of issuances. */
export interface StoredCertificate extends StoredObject {
  status?: StoredObject["status"] & CertificateStatus;
}

type Writer = Pick<Cluster, "get" | "updateStatus">;

export const isIssuing = ({ status }: StoredCertificate): boolean =>
  status?.conditions?.some(({ type, status: holds }) => type === "Issuing" && holds === "True") ?? false;

/**
 * Asks cert-manager for a new certificate, as `cmctl renew` does: by the condition that it otherwise sets itself. One that is being
 * issued already is left alone. The Certificate as it is then, or undefined where there is none.
 */
export function startIssuance<T extends StoredCertificate>(cluster: Writer, place: Place): Promise<T | undefined> {
  return changeStatus<T>(cluster, place, (certificate) => {
    if (isIssuing(certificate)) return undefined;
    const since = Math.max(Date.now(), secondAfterFailure(certificate));
    return {
      conditions: withIssuing(certificate, "True", "ManuallyTriggered", "certfleet asked for a new certificate", since),
    };
  });
}

/**
 * Times in a status are whole seconds, and cert-manager takes a request that failed in the second in which an issuance began for this
 * issuance's: one that follows a failure at once would fail by it.
 */
const secondAfterFailure = ({ status }: StoredCertificate): number =>
  typeof status?.lastFailureTime === "string" ? Date.parse(status.lastFailureTime) + second : 0;

const [second, minute, hour] = [1000, 60_000, 3_600_000];

/** After a failed issuance cert-manager waits an hour, and each time twice as long, up to 32 hours (its trigger controller). */
export const backoffAfter = (attempts: number): number => Math.min(hour * 2 ** (Math.max(1, attempts) - 1), 32 * hour);

/**
 * Ends an issuance that is under way, and keeps cert-manager from beginning another for five minutes. It takes no such wish, but pauses
 * after a failure: so this is told as one, at such a time that the pause ends then.
 */
export async function pauseIssuance(cluster: Writer, place: Place): Promise<void> {
  await changeStatus(cluster, place, (certificate) => {
    if (!isIssuing(certificate)) return undefined;
    const failedIssuanceAttempts = Math.max(1, Number(certificate.status?.failedIssuanceAttempts ?? 1));
    return {
      conditions: withIssuing(certificate, "False", "Failed", "certfleet withdrew the request"),
      failedIssuanceAttempts,
      lastFailureTime: timeOf(Date.now() + 5 * minute - backoffAfter(failedIssuanceAttempts)),
    };
  });
}

const timeOf = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

function withIssuing(
  { metadata, status }: StoredCertificate,
  holds: string,
  reason: string,
  message: string,
  since = Date.now(),
): object[] {
  const issuing = {
    type: "Issuing",
    status: holds,
    reason,
    message,
    lastTransitionTime: timeOf(since),
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
  };
  return [...(status?.conditions ?? []).filter(({ type }) => type !== issuing.type), issuing];
}

const attempts = 5;

/**
 * cert-manager writes the same status: so the change is made to what was read and to nothing else. As an update, since that is what
 * cert-manager's role for editors grants of a Certificate's status.
 */
async function changeStatus<T extends StoredCertificate>(
  cluster: Writer,
  place: Place,
  change: (certificate: T) => object | undefined,
): Promise<T | undefined> {
  for (let attempt = 1; ; attempt++) {
    const certificate = await cluster.get<T>(kinds.certificate, place);
    const status = certificate && change(certificate);
    if (!status) return certificate;
    const changed: T = { ...certificate, status: { ...certificate.status, ...status } };
    try {
      return await cluster.updateStatus<T>(kinds.certificate, place, changed);
    } catch (error) {
      if (!(error instanceof ClusterError) || error.status !== 409 || attempt === attempts) throw error;
    }
  }
}
