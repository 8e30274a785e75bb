import { X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { conditionOf } from "../diagnosis/objects";
import type { Cluster } from "../kubernetes/client";
import { isIssuing, type StoredCertificate } from "../kubernetes/issuance";
import { describe, kinds } from "../kubernetes/kinds";

export interface Certificate extends StoredCertificate {
  metadata: StoredCertificate["metadata"] & { namespace: string };
  spec: { secretName: string; dnsNames?: string[] };
}

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
