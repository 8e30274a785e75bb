import { Command } from "commander";
import { diagnoseCertificate } from "../diagnosis/certificate";
import { diagnoseGateway } from "../diagnosis/gateway";
import { diagnoseIssuer } from "../diagnosis/issuer";
import { readable, readChains, readGatewayParts, readIssuer, readIssuerEvents } from "../diagnosis/read";
import { isReady, type Diagnosis } from "../diagnosis/types";
import type { Cluster, StoredObject } from "../kubernetes/client";
import { kinds } from "../kubernetes/kinds";
import { ownLabels } from "../kubernetes/types";
import { openCluster, withClusterOptions, type ClusterChoice } from "./cluster-options";
import { renderTree, useColours } from "./tree";

interface StatusOptions extends ClusterChoice {
  namespace?: string;
  all: boolean;
  json: boolean;
}

/** What is known of one Certificate, Gateway or ClusterIssuer; the last has no namespace. */
export interface Report extends Diagnosis {
  kind: string;
  namespace?: string;
  name: string;
  hosts: string[];
  ready: boolean;
}

/** What certfleet makes carries these labels. */
const ownSelector = Object.entries(ownLabels)
  .map(([key, value]) => `${key}=${value}`)
  .join(",");

/** `certfleet status`: exit status 0 if all that was looked at is ready, else 1. */
export const statusCommand = (): Command =>
  withClusterOptions(
    new Command("status")
      .description(
        "Shows issuers and what certfleet made for domains, whether it is ready, and if not what holds it up.",
      )
      .argument("[name...]", "only the Certificates, Gateways and ClusterIssuers of these names or hosts"),
  )
    .option("-n, --namespace <name>", "only this namespace")
    .option("--all", "those that somebody else made, too", false)
    .option("--json", "as JSON", false)
    .action(status);

async function status(names: string[], { namespace, all, json, ...choice }: StatusOptions): Promise<void> {
  const cluster = await openCluster(choice);
  const reports = chosen(await readReports(cluster, namespace, all), names);
  if (json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
  else process.stdout.write(renderTree(reports, useColours(process.stdout, process.env)));
  if (reports.some(({ ready }) => !ready)) process.exitCode = 1;
}

function chosen(reports: readonly Report[], names: readonly string[]): readonly Report[] {
  const unknown = names.filter((name) => !reports.some((report) => matches(report, name)));
  if (unknown.length > 0) {
    const hint = "certfleet status --all shows those that certfleet did not make";
    throw new Error(`no Certificate, Gateway or ClusterIssuer is named ${unknown.join(", ")}; ${hint}`);
  }
  return names.length === 0 ? reports : reports.filter((report) => names.some((name) => matches(report, name)));
}

const matches = ({ name, hosts }: Report, wanted: string): boolean => name === wanted || hosts.includes(wanted);

async function readReports(cluster: Cluster, namespace: string | undefined, all: boolean): Promise<Report[]> {
  const selection = { namespace, ...(all ? {} : { labelSelector: ownSelector }) };
  const [certificates, gateways, issuers] = await Promise.all([
    cluster.list(kinds.certificate, selection),
    cluster.list(kinds.gateway, selection),
    namespace === undefined ? readIssuers(cluster, selection) : [],
  ]);
  if (!certificates)
    throw new Error("the cluster has no Certificates: cert-manager's CRDs are not there; is this the cluster?");
  const chains = await readChains(cluster, namespace);
  const now = new Date();
  const ofCertificate = async (listed: StoredObject): Promise<Report> => {
    const certificate = { ...listed, kind: "Certificate" };
    const place = { namespace: certificate.metadata.namespace!, name: certificate.metadata.name };
    const issuer = await readIssuer(cluster, certificate);
    const found = diagnoseCertificate({ place, certificate, ...issuer, ...chains }, now);
    return report("Certificate", place, (certificate.spec?.dnsNames as string[] | undefined) ?? [], found);
  };
  const ofGateway = async ({ metadata, spec }: StoredObject): Promise<Report> => {
    const place = { namespace: metadata.namespace!, name: metadata.name };
    const listeners = (spec?.listeners as { hostname?: string }[] | undefined) ?? [];
    const hosts = [...new Set(listeners.flatMap(({ hostname }) => hostname ?? []))];
    return report("Gateway", place, hosts, diagnoseGateway(await readGatewayParts(cluster, place)));
  };
  const ofDomains = [...certificates.map(ofCertificate), ...(gateways ?? []).map(ofGateway)];
  return [...issuers, ...(await Promise.all(ofDomains))];
}

/** Before the first Certificate nothing else says that an issuer is not ready. Who may not read issuers sees them below Certificates. */
async function readIssuers(cluster: Cluster, selection: { labelSelector?: string }): Promise<Report[]> {
  const [issuers, events] = await Promise.all([
    readable(cluster.list(kinds.clusterIssuer, selection)),
    readIssuerEvents(cluster),
  ]);
  return (issuers ?? []).map((listed) => {
    const { name } = listed.metadata;
    const found = diagnoseIssuer(`ClusterIssuer ${name}`, { ...listed, kind: "ClusterIssuer" }, events);
    return report("ClusterIssuer", { name }, [], found);
  });
}

const report = (
  kind: string,
  place: Pick<Report, "namespace" | "name">,
  hosts: string[],
  found: Diagnosis,
): Report => ({
  kind,
  ...place,
  hosts,
  ready: isReady(found),
  ...found,
});
