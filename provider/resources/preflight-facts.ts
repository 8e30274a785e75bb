import { Cluster, type StoredObject } from "../kubernetes/client";
import { kinds } from "../kubernetes/kinds";
import { Denied, foundOr, getPermitted, listPermitted } from "../kubernetes/permitted";
import { panicsOnDisabledRenewal } from "../plan/cert-manager-releases";
import {
  gatewayCrds,
  type GatewayClassFacts,
  type InstallationFacts,
  type PlannedInstallation,
} from "../plan/preflight";

/** What a cluster shows of what a preflight asks for. Rights that are missing leave a question open: they are no finding. */
export async function readInstallation(
  kubeconfig: string,
  planned: PlannedInstallation,
  signal: AbortSignal,
): Promise<InstallationFacts> {
  const cluster = await Cluster.of(kubeconfig, { signal });
  const [kubernetes, running, missingCrds, disabledRenewals] = await Promise.all([
    cluster.version(),
    readRunning(cluster, planned.namespace),
    planned.gatewayApi ? readMissing(cluster) : [],
    panicsOnDisabledRenewal(planned.version) ? readDisabled(cluster) : [],
  ]);
  return { kubernetes, running, missingCrds, disabledRenewals };
}

/** The version as the Deployment of the controller says it, however it was installed. */
async function readRunning(cluster: Cluster, namespace: string): Promise<string | undefined> {
  const labelSelector = "app.kubernetes.io/name=cert-manager,app.kubernetes.io/component=controller";
  const found = await listPermitted(cluster, kinds.deployment, { namespace, labelSelector });
  return foundOr(found, [])[0]?.metadata.labels?.["app.kubernetes.io/version"];
}

async function readMissing(cluster: Cluster): Promise<string[]> {
  const found = await Promise.all(
    gatewayCrds.map(async (name) => {
      const crd = await getPermitted(cluster, kinds.customResourceDefinition, { name });
      return crd === undefined ? [name] : [];
    }),
  );
  return found.flat();
}

async function readDisabled(cluster: Cluster): Promise<string[]> {
  const certificates = foundOr(await listPermitted(cluster, kinds.certificate), []);
  const disabled = certificates.filter(
    ({ spec }) => (spec?.renewal as { policy?: string } | undefined)?.policy === "Disabled",
  );
  return disabled.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

interface GatewayClass extends StoredObject {
  spec: { controllerName?: string };
  status?: { conditions?: { type: string; status: string; reason?: string; message?: string }[] };
}

/** The GatewayClasses of a cluster, by name; undefined where nobody lets them be read. */
export async function readGatewayClasses(
  kubeconfig: string,
  signal: AbortSignal,
): Promise<Map<string, GatewayClassFacts> | undefined> {
  const cluster = await Cluster.of(kubeconfig, { signal });
  const found = await listPermitted<GatewayClass>(cluster, kinds.gatewayClass);
  if (found instanceof Denied) return undefined;
  const classes = found ?? [];
  return new Map(
    classes.map(({ metadata, spec, status }) => [
      metadata.name,
      {
        controllerName: spec.controllerName,
        accepted: status?.conditions?.find(({ type }) => type === "Accepted"),
      },
    ]),
  );
}
