import * as certfleet from "@certfleet/pulumi";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

const edge = new certfleet.ClusterTls("edge", {
  ...config.requireObject<certfleet.ClusterTlsArgs>("args"),
  dnsSecrets: config.getSecretObject<Record<string, string>>("dnsSecrets"),
});

export const domains = edge.domains;
export const dnsCredentials = edge.dnsCredentials;
