import * as certfleet from "@certfleet/pulumi";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const hosts = config.requireObject<Record<string, string>>("hosts");

// The cluster is the one of the current kubeconfig context.
const edge = new certfleet.ClusterTls("edge", {
  acme: { email: config.require("email") }, // Let's Encrypt's staging directory, unless environment says "production"
  challenges: [{ cloudflare: { secret: "main" } }],
  dnsSecrets: { main: config.requireSecret("cloudflareApiToken") },
  defaults: {
    namespace: config.get("namespace") ?? "default",
    route: { gatewayApi: { gatewayClassName: config.require("gatewayClassName") } },
  },
  domains: Object.entries(hosts).map(([host, service]) => ({ host, backend: { service, port: 80 } })),
});

export const domains = edge.domains;
export const requiredDnsRecords = edge.requiredDnsRecords;
export const platform = edge.platform;
