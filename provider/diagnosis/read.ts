import type { Cluster, StoredObject } from "../kubernetes/client";
import { ClusterError } from "../kubernetes/failure";
import { kinds, type Kind, type Place } from "../kubernetes/kinds";
import { Denied, foundOr, getPermitted, listPermitted, rightTo, type Found } from "../kubernetes/permitted";
import type { CertificateParts, ChainParts } from "./certificate";
import type { GatewayParts } from "./gateway";
import { isOwnedBy, type StoredEvent } from "./objects";
import type { ReleaseParts } from "./release";

/** Everything in a namespace that Certificates wait for. */
export type Chains = Omit<CertificateParts, "place" | "certificate" | "issuer" | "issuerName">;

/** A list's objects, each with its kind, which a list leaves out; of Secrets nothing but metadata. */
async function listed(
  cluster: Cluster,
  kind: Kind,
  namespace?: string,
  labelSelector?: string,
): Promise<StoredObject[] | Denied> {
  const metadataOnly = kind === kinds.secret;
  const found = await listPermitted(cluster, kind, { namespace, labelSelector, metadataOnly });
  return found instanceof Denied ? found : (found ?? []).map((object) => ({ ...object, kind: kind.kind }));
}

const isDenied = (found: unknown): found is Denied => found instanceof Denied;
const objectsOf = (found: StoredObject[] | Denied): StoredObject[] => foundOr(found, []);
const eventsOf = (found: StoredObject[] | Denied): StoredEvent[] => objectsOf(found) as StoredEvent[];

const solverLabel = "acme.cert-manager.io/http01-solver=true";
const solverKinds = [kinds.pod, kinds.service, kinds.ingress, kinds.httpRoute];

/** All chains of a namespace, or of all namespaces. */
export async function readChains(cluster: Cluster, namespace?: string): Promise<Chains> {
  const chain = [kinds.certificateRequest, kinds.order, kinds.challenge, kinds.event];
  const [[requests, orders, challenges, events], solvers] = await Promise.all([
    Promise.all(chain.map((kind) => listed(cluster, kind, namespace))),
    Promise.all(solverKinds.map((kind) => listed(cluster, kind, namespace, solverLabel))),
  ]);
  return {
    requests: objectsOf(requests!),
    orders: objectsOf(orders!),
    challenges: objectsOf(challenges!),
    solvers: solvers.flatMap(objectsOf),
    events: eventsOf(events!),
    denied: [requests, orders, challenges, events].filter(isDenied),
  };
}

export const issuerRefOf = ({ spec }: StoredObject): { name: string; kind: string; group: string } => {
  const { name, kind, group } = (spec?.issuerRef ?? {}) as Record<string, string | undefined>;
  return { name: name ?? "", kind: kind ?? "Issuer", group: group ?? "cert-manager.io" };
};

/** The issuer of a Certificate or a CertificateRequest, as far as it is one of cert-manager's own kinds. */
export async function readIssuer(
  cluster: Pick<Cluster, "get">,
  certificate: StoredObject,
): Promise<Pick<CertificateParts, "issuer" | "issuerName">> {
  const { name, kind, group } = issuerRefOf(certificate);
  const { namespace } = certificate.metadata;
  const own = { ClusterIssuer: kinds.clusterIssuer, Issuer: kinds.issuer }[kind];
  if (!own || group !== "cert-manager.io") return { issuer: undefined, issuerName: undefined };
  const place = own === kinds.issuer ? { namespace, name } : { name };
  const issuer = await getPermitted(cluster, own, place);
  return { issuerName: own === kinds.issuer ? `Issuer ${namespace}/${name}` : `ClusterIssuer ${name}`, issuer };
}

export async function readCertificateParts(cluster: Cluster, place: Place): Promise<CertificateParts> {
  const certificate = await cluster.get(kinds.certificate, place);
  const chains = await readChains(cluster, place.namespace);
  const named = certificate ? await readIssuer(cluster, certificate) : { issuer: undefined, issuerName: undefined };
  return { place, certificate, ...named, ...chains };
}

/** A CertificateRequest of its own, with what it waits for. */
export async function readRequest(
  cluster: Cluster,
  place: Place,
): Promise<{ request: StoredObject | undefined; parts: ChainParts }> {
  const request = await cluster.get(kinds.certificateRequest, place);
  const chains = await readChains(cluster, place.namespace);
  const named = request ? await readIssuer(cluster, request) : { issuer: undefined, issuerName: undefined };
  return { request, parts: { place, ...named, ...chains } };
}

export async function readGatewayParts(cluster: Cluster, place: Place): Promise<GatewayParts> {
  const gateway = await cluster.get(kinds.gateway, place);
  const [gatewayClass, events] = await Promise.all([
    gateway && readGatewayClass(cluster, gateway),
    listed(cluster, kinds.event, place.namespace),
  ]);
  return { place, gateway, gatewayClass, events: eventsOf(events) };
}

/** The class that a Gateway names. */
export const readGatewayClass = (cluster: Pick<Cluster, "get">, { spec }: StoredObject): Promise<Found> =>
  getPermitted(cluster, kinds.gatewayClass, { name: String(spec?.gatewayClassName) });

/** Events of objects without a namespace lie in "default". */
export const readIssuerEvents = async (cluster: Cluster): Promise<StoredEvent[]> =>
  eventsOf(await listed(cluster, kinds.event, "default"));

/** Helm's record of a release's newest revision: a Secret, whose labels say how it went. */
export async function readRelease(cluster: Cluster, { namespace, name }: Required<Place>): Promise<Found> {
  const records = await listed(cluster, kinds.secret, namespace, `owner=helm,name=${name}`);
  if (isDenied(records)) return records;
  const version = ({ metadata }: StoredObject): number => Number(metadata.labels?.version);
  return [...records].sort((a, b) => version(a) - version(b)).at(-1);
}

export async function readReleaseParts(cluster: Cluster, place: Required<Place>): Promise<ReleaseParts> {
  const { namespace, name } = place;
  const own = `app.kubernetes.io/instance=${name}`;
  const workloadKinds = [kinds.deployment, kinds.job, kinds.replicaSet, kinds.pod];
  const [record, events, webhook, lists] = await Promise.all([
    readRelease(cluster, place),
    listed(cluster, kinds.event, namespace),
    askWebhook(cluster, namespace),
    Promise.all(workloadKinds.map((kind) => listed(cluster, kind, namespace, own))),
  ]);
  const [deployments, jobs, replicaSets, pods] = lists.map(objectsOf) as [
    StoredObject[],
    StoredObject[],
    StoredObject[],
    StoredObject[],
  ];
  const owners = [...replicaSets, ...jobs];
  const logs = await readLogs(
    cluster,
    pods.filter((pod) => owners.some((owner) => isOwnedBy(pod, owner))),
  );
  return {
    place,
    record: foundOr(record, undefined),
    deployments,
    jobs,
    replicaSets,
    pods,
    events: eventsOf(events),
    logs,
    webhookRefusal: isDenied(webhook) ? undefined : webhook,
    denied: [record, ...lists, events, webhook].filter(isDenied),
  };
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
async function askWebhook(cluster: Cluster, namespace: string): Promise<string | undefined | Denied> {
  const issuer = { metadata: { name: "certfleet-check", namespace }, spec: { selfSigned: {} } };
  try {
    await cluster.create(kinds.issuer, issuer, { dryRun: true });
    return undefined;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    // Before anything is asked what it admits, the API server looks who may ask.
    const mayNotAsk = error.status === 403 && /User "[^"]*" cannot create/.test(error.message);
    return mayNotAsk
      ? new Denied("cert-manager's webhook", rightTo("create", kinds.issuer, { namespace }))
      : error.message;
  }
}
