import * as certfleet from "@certfleet/pulumi";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

interface ClusterSettings {
  gatewayClassName: string;
  namespace?: string;
  /** Host -> Service in the namespace, port 80. */
  hosts: Record<string, string>;
}

const config = new pulumi.Config();
const clusters = config.requireObject<Record<string, ClusterSettings>>("clusters");

function connect(cluster: string): kubernetes.Provider {
  return new kubernetes.Provider(cluster, {
    // An empty one would mean the current kubeconfig context, and so perhaps another cluster.
    kubeconfig: config.requireSecret(`kubeconfig-${cluster}`, { minLength: 1 }),
    // The name stands for the cluster, whatever address its API server has: a new address replaces nothing.
    clusterIdentifier: cluster,
  });
}

function secure(
  cluster: string,
  { gatewayClassName, namespace, hosts }: ClusterSettings,
  provider: kubernetes.Provider,
): certfleet.ClusterTls {
  return new certfleet.ClusterTls(
    cluster,
    {
      acme: { email: config.require("email") }, // Let's Encrypt's staging directory, unless environment says "production"
      challenges: [{ cloudflare: { secret: "main" } }],
      dnsSecrets: { main: config.requireSecret("cloudflareApiToken") },
      defaults: { namespace: namespace ?? "default", route: { gatewayApi: { gatewayClassName } } },
      domains: Object.entries(hosts).map(([host, service]) => ({ host, backend: { service, port: 80 } })),
    },
    { providers: [provider] },
  );
}

// All providers first, so that a missing kubeconfig stops the program before anything is made in any cluster.
const connected = Object.entries(clusters).map(([name, settings]) => ({ name, settings, provider: connect(name) }));
const secured = connected.map(({ name, settings, provider }) => [name, secure(name, settings, provider)] as const);
const perCluster = <T>(read: (cluster: certfleet.ClusterTls) => T): Record<string, T> =>
  Object.fromEntries(secured.map(([name, cluster]) => [name, read(cluster)]));

// Each by the cluster's name.
export const domains = perCluster((cluster) => cluster.domains);
export const requiredDnsRecords = perCluster((cluster) => cluster.requiredDnsRecords);
export const platforms = perCluster((cluster) => cluster.platform);
