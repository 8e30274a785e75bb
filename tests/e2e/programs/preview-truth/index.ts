import * as certfleet from "@certfleet/pulumi";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

const kubeconfig = config.requireSecret("kubeconfig");

const cluster = new kubernetes.Provider("cluster", {
  ...config.requireObject<kubernetes.ProviderArgs>("provider"),
  kubeconfig,
});

const edge = new certfleet.ClusterTls(
  "edge",
  {
    ...config.requireObject<certfleet.ClusterTlsArgs>("args"),
    dnsSecrets: config.requireSecretObject<Record<string, string>>("dnsSecrets"),
    kubeconfig: config.getBoolean("access") ? kubeconfig : undefined,
  },
  { providers: [cluster] },
);

export const domains = edge.domains;
export const requiredDnsRecords = edge.requiredDnsRecords;
export const platform = edge.platform;
