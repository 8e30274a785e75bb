import { X509Certificate } from "node:crypto";
import type { Cluster, StoredObject } from "../../kubernetes/client";
import { describe, kinds, type Place } from "../../kubernetes/kinds";

/** A Secret as a backup holds it: what it is, and nothing of the cluster that it comes from. */
export interface SavedSecret {
  apiVersion: "v1";
  kind: "Secret";
  type?: string | undefined;
  metadata: {
    name: string;
    namespace: string;
    labels?: Record<string, string> | undefined;
    annotations?: Record<string, string> | undefined;
  };
  data: Record<string, string>;
}

type Reader = Pick<Cluster, "get" | "list">;

export interface Collected {
  secrets: SavedSecret[];
  /** What should have a Secret, and has none. */
  missing: string[];
}

/** A Secret that something in the cluster needs. */
interface Wanted {
  place: Required<Place>;
  by: string;
}

/**
 * What cert-manager needs on another cluster to go on without a new order: the keys of ACME accounts, and the Secrets that
 * Certificates name. It takes a certificate for its own by the Secret's annotations, so those belong to it.
 */
export async function collectSecrets(cluster: Reader, clusterNamespace: string): Promise<Collected> {
  const wanted = [...(await accountKeys(cluster, clusterNamespace)), ...(await certificates(cluster))];
  const secrets = new Map<string, SavedSecret>();
  const missing: string[] = [];
  for (const { place, by } of wanted) {
    const secret = await cluster.get(kinds.secret, place);
    const data = (secret?.data ?? {}) as Record<string, string>;
    if (secret && data["tls.key"]) secrets.set(describe(kinds.secret, place), saved(secret, place, data));
    else missing.push(`${by} has no ${describe(kinds.secret, place)} with a key yet`);
  }
  return { secrets: [...secrets.values()], missing };
}

async function accountKeys(cluster: Reader, clusterNamespace: string): Promise<Wanted[]> {
  const listed = [
    ...(await listOf(cluster, "clusterIssuer")).map((issuer) => ({ kind: kinds.clusterIssuer, issuer })),
    ...(await listOf(cluster, "issuer")).map((issuer) => ({ kind: kinds.issuer, issuer })),
  ];
  return listed.flatMap(({ kind, issuer: { metadata, spec } }) => {
    const acme = spec?.acme as { privateKeySecretRef?: { name: string } } | undefined;
    if (!acme?.privateKeySecretRef) return [];
    const place = { namespace: metadata.namespace ?? clusterNamespace, name: acme.privateKeySecretRef.name };
    return [{ place, by: describe(kind, metadata) }];
  });
}

async function certificates(cluster: Reader): Promise<Wanted[]> {
  return (await listOf(cluster, "certificate")).map(({ metadata, spec }) => ({
    place: { namespace: metadata.namespace!, name: (spec as { secretName: string }).secretName },
    by: describe(kinds.certificate, metadata),
  }));
}

async function listOf(cluster: Reader, kind: "clusterIssuer" | "issuer" | "certificate"): Promise<StoredObject[]> {
  const objects = await cluster.list(kinds[kind]);
  if (!objects) throw new Error(`the cluster has no ${kinds[kind].plural}: cert-manager is not installed there`);
  return objects;
}

/** What another program wrote about this cluster's copy. */
const foreign = "kubectl.kubernetes.io/last-applied-configuration";

function saved(secret: StoredObject, place: Required<Place>, data: Record<string, string>): SavedSecret {
  const { labels, annotations = {} } = secret.metadata;
  const kept = Object.entries(annotations).filter(([name]) => name !== foreign);
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: secret.type as string | undefined,
    metadata: { ...place, labels, annotations: Object.fromEntries(kept) },
    data,
  };
}

/** What a Secret of a backup is, without anything secret of it. */
export function describeSecret({ metadata, data }: SavedSecret): string {
  const certificate = data["tls.crt"];
  const place = describe(kinds.secret, metadata);
  if (!certificate) return `${place}: key of an ACME account`;
  const { serialNumber, validTo, subjectAltName = "" } = new X509Certificate(Buffer.from(certificate, "base64"));
  const names = subjectAltName.replaceAll("DNS:", "");
  return `${place}: certificate of ${names}, serial ${serialNumber}, valid until ${new Date(validTo).toISOString()}`;
}
