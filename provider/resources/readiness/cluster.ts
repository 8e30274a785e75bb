import { Cluster } from "../../kubernetes/client";
import { kubeconfigOf } from "../../plan/provider-config";
import type { ResourceContext } from "../definition";

/** The cluster of the provider that a resource belongs to. */
export function clusterOf({ config, signal }: ResourceContext): Promise<Cluster> {
  return Cluster.of(givenKubeconfig(config), { signal });
}

/** The same for what is still to be said once an operation has to end, and so within a few seconds. */
export function clusterAfterwards({ config }: ResourceContext): Promise<Cluster> {
  return Cluster.of(givenKubeconfig(config), { requestSeconds: 3 });
}

function givenKubeconfig(config: ResourceContext["config"]): string {
  const kubeconfig = kubeconfigOf(config);
  if (kubeconfig !== undefined) return kubeconfig;
  throw new Error(
    "the provider has no kubeconfig; set certfleet:kubeconfig, or pass the resource a provider of certfleet that has one",
  );
}
