import { Cluster, type StoredObject } from "../kubernetes/client";
import { ClusterError } from "../kubernetes/failure";
import { kinds } from "../kubernetes/kinds";
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
  const found = await permitted(cluster.list(kinds.deployment, { namespace, labelSelector }));
  return found?.[0]?.metadata.labels?.["app.kubernetes.io/version"];
}

async function readMissing(cluster: Cluster): Promise<string[]> {
  const found = await Promise.all(
    gatewayCrds.map(async (name) => {
      const crd = await permitted(cluster.get(kinds.customResourceDefinition, { name }), "denied" as const);
      return crd === undefined ? [name] : [];
    }),
  );
  return found.flat();
}

async function readDisabled(cluster: Cluster): Promise<string[]> {
  const certificates = await permitted(cluster.list(kinds.certificate));
  const disabled = (certificates ?? []).filter(
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
  const denied = Symbol("denied");
  const found = await permitted(cluster.list<GatewayClass>(kinds.gatewayClass), denied);
  if (found === denied) return undefined;
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

async function permitted<T, D = undefined>(asked: Promise<T>, denied?: D): Promise<T | D> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ClusterError && (error.status === 403 || error.status === 401)) return denied as D;
    throw error;
  }
}
