import { X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster, StoredObject } from "../kubernetes/client";
import { describe, kinds } from "../kubernetes/kinds";
import type { CertificateStatus } from "../kubernetes/types";

type Renewer = Pick<Cluster, "get" | "patch">;

export interface Certificate extends StoredObject {
  metadata: StoredObject["metadata"] & { namespace: string };
  spec: { secretName: string; dnsNames?: string[] };
  status?: StoredObject["status"] & CertificateStatus;
}

type Conditions = NonNullable<CertificateStatus["conditions"]>;

const conditionOf = (certificate: Certificate, type: string): Conditions[number] | undefined =>
  certificate.status?.conditions?.find((condition) => condition.type === type);

const isIssuing = (certificate: Certificate): boolean => conditionOf(certificate, "Issuing")?.status === "True";

/** What a certificate is told apart from the one before it by. */
export interface Issued {
  serial: string;
  notAfter: string;
}

/** The certificate that a Certificate's Secret holds now; undefined where there is none. */
export async function issuedFor(cluster: Pick<Cluster, "get">, certificate: Certificate): Promise<Issued | undefined> {
  const place = { namespace: certificate.metadata.namespace, name: certificate.spec.secretName };
  const secret = await cluster.get(kinds.secret, place);
  const pem = (secret?.data as Record<string, string> | undefined)?.["tls.crt"];
  if (!pem) return undefined;
  const { serialNumber, validTo } = new X509Certificate(Buffer.from(pem, "base64"));
  return { serial: serialNumber, notAfter: new Date(validTo).toISOString() };
}

/**
 * Asks cert-manager for a new certificate, as `cmctl renew` does: by the condition that it otherwise sets itself. One that is being
 * issued already is left alone.
 */
export async function requestRenewal(cluster: Renewer, { metadata }: Certificate): Promise<Certificate> {
  for (;;) {
    const current = await read(cluster, metadata);
    if (isIssuing(current)) return current;
    const { resourceVersion, generation } = current.metadata;
    const issuing = {
      type: "Issuing",
      status: "True",
      reason: "ManuallyTriggered",
      message: "certfleet renew asked for a new certificate",
      lastTransitionTime: `${new Date().toISOString().slice(0, 19)}Z`,
      observedGeneration: generation,
    };
    const others = (current.status?.conditions ?? []).filter(({ type }) => type !== issuing.type);
    // A list is merged as a whole: what somebody else writes meanwhile must not be lost.
    const patch = { metadata: { resourceVersion }, status: { conditions: [...others, issuing] } };
    try {
      return await cluster.patch<Certificate>(kinds.certificate, current.metadata, patch, "status");
    } catch (error) {
      if ((error as { status?: unknown }).status !== 409) throw error;
    }
  }
}

async function read(cluster: Pick<Cluster, "get">, metadata: Certificate["metadata"]): Promise<Certificate> {
  const current = await cluster.get<Certificate>(kinds.certificate, metadata);
  if (!current) throw new Error(`${describe(kinds.certificate, metadata)} was deleted meanwhile`);
  return current;
}

/** Waits until cert-manager has written another certificate than that of `revision`; throws what it says where it fails. */
export async function awaitRenewal(
  cluster: Pick<Cluster, "get">,
  { metadata }: Certificate,
  { revision, deadline }: { revision: number | undefined; deadline: number },
): Promise<void> {
  for (;;) {
    const current = await read(cluster, metadata);
    if (current.status?.revision !== revision && !isIssuing(current)) return;
    const issuing = conditionOf(current, "Issuing");
    if (issuing?.status === "False" && issuing.reason !== "Issued") throw new Error(issuing.message ?? issuing.reason);
    if (Date.now() > deadline) throw new Error("still being issued; `certfleet status` shows what it waits for");
    await sleep(500);
  }
}
