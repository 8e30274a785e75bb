import { Cluster } from "../../kubernetes/client";
import { peek } from "../../schema/settled";
import type { ResourceContext } from "../definition";

/** The cluster of the provider that a resource belongs to. */
export function clusterOf({ config, signal }: ResourceContext): Promise<Cluster> {
  return Cluster.of(kubeconfigOf(config), { signal });
}

/** The same for what is still to be said once an operation has to end, and so within a few seconds. */
export function clusterAfterwards({ config }: ResourceContext): Promise<Cluster> {
  return Cluster.of(kubeconfigOf(config), { requestSeconds: 3 });
}

function kubeconfigOf(config: ResourceContext["config"]): string {
  const { value } = peek(config.kubeconfig);
  if (typeof value === "string") return value;
  throw new Error(
    "the provider has no kubeconfig; set certfleet:kubeconfig, or pass the resource a provider of certfleet that has one",
  );
}
