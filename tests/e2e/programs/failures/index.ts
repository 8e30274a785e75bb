import * as certfleet from "@certfleet/pulumi";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

const edge = new certfleet.ClusterTls("edge", {
  ...config.requireObject<certfleet.ClusterTlsArgs>("args"),
  dnsSecrets: config.requireSecretObject<Record<string, string>>("dnsSecrets"),
  kubeconfig: config.getSecret("kubeconfig"),
});

export const domains = edge.domains;
