import * as certfleet from "@certfleet/pulumi";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const first = new kubernetes.Provider("first", { kubeconfig: config.requireSecret("kubeconfig-first") });

const marker = new kubernetes.core.v1.ConfigMap(
  "made-first",
  { metadata: { name: "made-first", namespace: "default" } },
  { provider: first },
);

// As with a cluster that the same program makes. The id is what no preview knows; a dry run makes up a uid.
const kubeconfig = pulumi.all([config.requireSecret("kubeconfig-late"), marker.id]).apply(([text]) => text);

const late = new certfleet.ClusterTls(
  "late",
  {
    acme: { email: "ops@example.com" },
    challenges: [{ cloudflare: { secret: "main" } }],
    dnsSecrets: { main: config.requireSecret("cloudflareApiToken") },
    defaults: { route: { gatewayApi: { gatewayClassName: config.require("gatewayClassName") } } },
    domains: [
      {
        host: "late.example.com",
        namespace: config.require("namespace"),
        backend: { service: config.require("service"), port: 80 },
      },
    ],
  },
  { providers: [new kubernetes.Provider("late", { kubeconfig })] },
);

export const domains = late.domains;
