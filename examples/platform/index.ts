import * as certfleet from "@certfleet/pulumi";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const directoryUrl = config.require("acmeDirectory");
const wildcardNamespace = config.require("wildcardNamespace");

const edge = new certfleet.ClusterTls("edge", {
  acme: {
    email: config.require("email"),
    directory: { url: directoryUrl, caBundle: config.get("acmeCaBundle") },
  },
  // Somebody else keeps the token in this Secret, for example External Secrets.
  challenges: [{ zones: ["example.com"], cloudflare: { existingSecret: { name: "cloudflare", key: "token" } } }],
  certManager: { createNamespace: false },
  defaults: { route: { gatewayApi: { gatewayClassName: config.require("gatewayClassName") } } },
  // One certificate for all hosts below apps.example.com, beside the applications that use it.
  domains: [{ host: "*.apps.example.com", certificateOnly: true, namespace: wildcardNamespace }],
});

export const platform = edge.platform;
export const wildcard = edge.domains["*.apps.example.com"];
