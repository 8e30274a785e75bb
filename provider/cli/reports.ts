import { diagnoseCertificate } from "../diagnosis/certificate";
import { diagnoseGateway } from "../diagnosis/gateway";
import { diagnoseIssuer } from "../diagnosis/issuer";
import { readChains, readGatewayClass, readIssuer, readIssuerEvents, type Chains } from "../diagnosis/read";
import { isReady, type Diagnosis } from "../diagnosis/types";
import type { Cluster, Selection, StoredObject } from "../kubernetes/client";
import { kinds, pathOf, type Kind, type Place } from "../kubernetes/kinds";
import { Denied, foundOr, listPermitted } from "../kubernetes/permitted";
import { ownLabels } from "../kubernetes/types";

/** What is known of one Certificate, Gateway or ClusterIssuer; the last has no namespace. */
export interface Report extends Diagnosis {
  kind: string;
  namespace?: string;
  name: string;
  hosts: string[];
  ready: boolean;
}

export interface ReportSelection {
  /** All of them without one; ClusterIssuers are in none. */
  namespace?: string | undefined;
  /** Those that somebody else made, too. */
  all: boolean;
}

/** What certfleet makes carries these labels. */
const ownSelector = Object.entries(ownLabels)
  .map(([key, value]) => `${key}=${value}`)
  .join(",");

/** Reads each thing once, however much there is to report on. */
export async function readReports(cluster: Cluster, { namespace, all }: ReportSelection): Promise<Report[]> {
  const selection = { namespace, ...(all ? {} : { labelSelector: ownSelector }) };
  const [certificates, gateways, issuers] = await Promise.all([
    listAllowed(cluster, kinds.certificate, selection),
    listAllowed(cluster, kinds.gateway, selection),
    namespace === undefined ? readIssuers(cluster, selection) : [],
  ]);
  if (!certificates)
    throw new Error("the cluster has no Certificates: cert-manager's CRDs are not there; is this the cluster?");
  const chains = await readChains(cluster, namespace);
  const reader = readingOnce(cluster);
  const ofDomains = [
    ...certificates.map((listed) => certificateReport(reader, { ...listed, kind: "Certificate" }, chains)),
    ...(gateways ?? []).map((listed) => gatewayReport(reader, { ...listed, kind: "Gateway" }, chains)),
  ];
  return [...issuers, ...(await Promise.all(ofDomains))];
}

/** Without these there is nothing to report on. */
async function listAllowed(cluster: Cluster, kind: Kind, selection: Selection): Promise<StoredObject[] | undefined> {
  const found = await listPermitted(cluster, kind, selection);
  if (!(found instanceof Denied)) return found;
  const hint = selection.namespace === undefined ? "; give it, or name a namespace by --namespace" : "";
  throw new Error(`${found.object} may not be read; the right is missing to ${found.right}${hint}`);
}

type Reader = Pick<Cluster, "get">;

/** Many Certificates have one issuer, and many Gateways one class. */
function readingOnce(cluster: Reader): Reader {
  const asked = new Map<string, Promise<StoredObject | undefined>>();
  return {
    get<T extends StoredObject>(kind: Kind, place: Place) {
      const path = pathOf(kind, place);
      const answer = asked.get(path) ?? cluster.get(kind, place);
      asked.set(path, answer);
      return answer as Promise<T | undefined>;
    },
  };
}

async function certificateReport(reader: Reader, certificate: StoredObject, chains: Chains): Promise<Report> {
  const place = placeOf(certificate);
  const issuer = await readIssuer(reader, certificate);
  const hosts = (certificate.spec?.dnsNames as string[] | undefined) ?? [];
  return report(
    "Certificate",
    place,
    hosts,
    diagnoseCertificate({ place, certificate, ...issuer, ...chains }, new Date()),
  );
}

async function gatewayReport(reader: Reader, gateway: StoredObject, { events }: Chains): Promise<Report> {
  const place = placeOf(gateway);
  const listeners = (gateway.spec?.listeners as { hostname?: string }[] | undefined) ?? [];
  const hosts = [...new Set(listeners.flatMap(({ hostname }) => hostname ?? []))];
  const gatewayClass = await readGatewayClass(reader, gateway);
  return report("Gateway", place, hosts, diagnoseGateway({ place, gateway, gatewayClass, events }));
}

/** Before the first Certificate nothing else says that an issuer is not ready. Who may not read issuers sees them below Certificates. */
async function readIssuers(cluster: Cluster, selection: { labelSelector?: string }): Promise<Report[]> {
  const [issuers, events] = await Promise.all([
    listPermitted(cluster, kinds.clusterIssuer, selection),
    readIssuerEvents(cluster),
  ]);
  return foundOr(issuers, []).map((listed) => {
    const { name } = listed.metadata;
    const found = diagnoseIssuer(`ClusterIssuer ${name}`, { ...listed, kind: "ClusterIssuer" }, events);
    return report("ClusterIssuer", { name }, [], found);
  });
}

const placeOf = ({ metadata }: StoredObject): Required<Place> => ({
  namespace: metadata.namespace!,
  name: metadata.name,
});

const report = (
  kind: string,
  place: Pick<Report, "namespace" | "name">,
  hosts: string[],
  found: Diagnosis,
): Report => ({ kind, ...place, hosts, ready: isReady(found), ...found });
