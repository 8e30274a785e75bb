import type { Cluster, StoredObject } from "../kubernetes/client";
import { ClusterError } from "../kubernetes/failure";
import { kinds, type Kind, type Place } from "../kubernetes/kinds";
import type { CertificateParts } from "./certificate";
import type { GatewayParts } from "./gateway";
import { isOwnedBy, type StoredEvent } from "./objects";
import type { ReleaseParts } from "./release";

/** Everything in a namespace that Certificates wait for. */
export type Chains = Omit<CertificateParts, "place" | "certificate" | "issuer" | "issuerName">;

/** What may not be read is left out: a diagnosis with gaps is better than none. */
export async function readable<T>(read: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ClusterError && (error.status === 403 || error.status === 401)) return undefined;
    throw error;
  }
}

/** A list's objects, each with its kind, which a list leaves out; of Secrets nothing but metadata. */
async function listed(
  cluster: Cluster,
  kind: Kind,
  namespace?: string,
  labelSelector?: string,
): Promise<StoredObject[]> {
  const metadataOnly = kind === kinds.secret;
  const found = await readable(cluster.list(kind, { namespace, labelSelector, metadataOnly }));
  return (found ?? []).map((object) => ({ ...object, kind: kind.kind }));
}

const solverLabel = "acme.cert-manager.io/http01-solver=true";
const solverKinds = [kinds.pod, kinds.service, kinds.ingress, kinds.httpRoute];

/** All chains of a namespace, or of all namespaces. */
export async function readChains(cluster: Cluster, namespace?: string): Promise<Chains> {
  const [requests, orders, challenges, events, ...solvers] = await Promise.all([
    listed(cluster, kinds.certificateRequest, namespace),
    listed(cluster, kinds.order, namespace),
    listed(cluster, kinds.challenge, namespace),
    listed(cluster, kinds.event, namespace),
    ...solverKinds.map((kind) => listed(cluster, kind, namespace, solverLabel)),
  ]);
  return { requests, orders, challenges, solvers: solvers.flat(), events: events as StoredEvent[] };
}

export const issuerRefOf = ({ spec }: StoredObject): { name: string; kind: string; group: string } => {
  const { name, kind, group } = (spec?.issuerRef ?? {}) as Record<string, string | undefined>;
  return { name: name ?? "", kind: kind ?? "Issuer", group: group ?? "cert-manager.io" };
};

/** The issuer of a Certificate, as far as it is one of cert-manager's own kinds. */
export async function readIssuer(
  cluster: Cluster,
  certificate: StoredObject,
): Promise<Pick<CertificateParts, "issuer" | "issuerName">> {
  const { name, kind, group } = issuerRefOf(certificate);
  const { namespace } = certificate.metadata;
  const own = { ClusterIssuer: kinds.clusterIssuer, Issuer: kinds.issuer }[kind];
  if (!own || group !== "cert-manager.io") return { issuer: undefined, issuerName: undefined };
  const place = own === kinds.issuer ? { namespace, name } : { name };
  const issuer = await readable(cluster.get(own, place));
  return { issuerName: own === kinds.issuer ? `Issuer ${namespace}/${name}` : `ClusterIssuer ${name}`, issuer };
}

export async function readCertificateParts(cluster: Cluster, place: Place): Promise<CertificateParts> {
  const certificate = await cluster.get(kinds.certificate, place);
  const chains = await readChains(cluster, place.namespace);
  const named = certificate ? await readIssuer(cluster, certificate) : { issuer: undefined, issuerName: undefined };
  return { place, certificate, ...named, ...chains };
}

export async function readGatewayParts(cluster: Cluster, place: Place): Promise<GatewayParts> {
  const gateway = await cluster.get(kinds.gateway, place);
  const name = gateway && String(gateway.spec?.gatewayClassName);
  const [gatewayClass, events] = await Promise.all([
    name ? readable(cluster.get(kinds.gatewayClass, { name })) : undefined,
    listed(cluster, kinds.event, place.namespace),
  ]);
  return { place, gateway, gatewayClass, events: events as StoredEvent[] };
}

/** Events of objects without a namespace lie in "default". */
export const readIssuerEvents = async (cluster: Cluster, namespace = "default"): Promise<StoredEvent[]> =>
  (await listed(cluster, kinds.event, namespace)) as StoredEvent[];

/** Helm's record of a release's newest revision: a Secret, whose labels say how it went. */
export async function readRelease(
  cluster: Cluster,
  { namespace, name }: Required<Place>,
): Promise<StoredObject | undefined> {
  const records = await listed(cluster, kinds.secret, namespace, `owner=helm,name=${name}`);
  const version = ({ metadata }: StoredObject): number => Number(metadata.labels?.version);
  return [...records].sort((a, b) => version(a) - version(b)).at(-1);
}

export async function readReleaseParts(cluster: Cluster, place: Required<Place>): Promise<ReleaseParts> {
  const { namespace, name } = place;
  const own = `app.kubernetes.io/instance=${name}`;
  const [record, deployments, jobs, replicaSets, pods, events] = await Promise.all([
    readRelease(cluster, place),
    listed(cluster, kinds.deployment, namespace, own),
    listed(cluster, kinds.job, namespace, own),
    listed(cluster, kinds.replicaSet, namespace, own),
    listed(cluster, kinds.pod, namespace, own),
    listed(cluster, kinds.event, namespace),
  ]);
  const owners = [...replicaSets, ...jobs];
  const logs = await readLogs(
    cluster,
    pods.filter((pod) => owners.some((owner) => isOwnedBy(pod, owner))),
  );
  const webhookRefusal = await askWebhook(cluster, namespace);
  return { place, record, deployments, jobs, replicaSets, pods, events: events as StoredEvent[], logs, webhookRefusal };
}

/** The last lines of each Pod, also of a container that has ended; one that never ran has none. */
async function readLogs(cluster: Cluster, pods: readonly StoredObject[]): Promise<Record<string, string>> {
  const read = async ({ metadata }: StoredObject): Promise<[string, string][]> => {
    const place = { namespace: metadata.namespace!, name: metadata.name };
    try {
      return [[metadata.name, await cluster.podLog(place, { tailLines: 5 })]];
    } catch (error) {
      if (error instanceof ClusterError) return [];
      throw error;
    }
  };
  return Object.fromEntries((await Promise.all(pods.map(read))).flat());
}

/** Whether cert-manager's webhook admits what it must: asked as cert-manager's own check does, by a request that makes nothing. */
async function askWebhook(cluster: Cluster, namespace: string): Promise<string | undefined> {
  const issuer = { metadata: { name: "certfleet-check", namespace }, spec: { selfSigned: {} } };
  try {
    await cluster.create(kinds.issuer, issuer, { dryRun: true });
    return undefined;
  } catch (error) {
    if (error instanceof ClusterError) return error.message;
    throw error;
  }
}
