import { readFileSync } from "node:fs";
import { CAFE_NAMESPACE, cloudflareTokens, GATEWAY_CLASS } from "../../lab";
import type { DomainOutput, Hosts } from "./quickstart";
import type { Stack } from "./stack";

/** Hosts and the Services behind them, by cluster. */
export type Clusters = Record<string, Hosts>;

/** The outputs of examples/multi-cluster, as far as they are read here. */
export interface MultiClusterOutputs {
  domains: Record<string, Record<string, DomainOutput>>;
  requiredDnsRecords: Record<string, { name: string; type: string; value: string }[]>;
}

const settings = { gatewayClassName: GATEWAY_CLASS, namespace: CAFE_NAMESPACE };

const configured = (clusters: Clusters): string =>
  JSON.stringify(Object.fromEntries(Object.entries(clusters).map(([name, hosts]) => [name, { ...settings, hosts }])));

export const setClusters = (stack: Stack, clusters: Clusters): Promise<void> =>
  stack.configure({ clusters: configured(clusters) });

export const setKubeconfigs = (stack: Stack, kubeconfigs: Record<string, string>): Promise<void> => {
  const entries = Object.entries(kubeconfigs).map(([cluster, text]) => [`kubeconfig-${cluster}`, text]);
  return stack.configure({}, Object.fromEntries(entries) as Record<string, string>);
};

/** What a user sets before the first `pulumi up` of examples/multi-cluster. */
export async function initClusters(
  stack: Stack,
  clusters: Clusters,
  kubeconfigs: Record<string, string>,
): Promise<void> {
  await stack.init({ email: "ops@example.com" }, { cloudflareApiToken: cloudflareTokens.full });
  await setClusters(stack, clusters);
  await setKubeconfigs(stack, kubeconfigs);
}

/** The token by which a kubeconfig of the lab authenticates. */
export function tokenIn(kubeconfig: string): string {
  const token = /^ +token: (\S+)$/m.exec(kubeconfig)?.[1];
  if (!token) throw new Error("no token in the kubeconfig");
  return token;
}

export const readKubeconfig = (world: { layout: { kubeconfig: string } }): string =>
  readFileSync(world.layout.kubeconfig, "utf8");
