import * as certfleet from "@certfleet/pulumi";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const directoryUrl = config.get("acmeDirectory");
const wildcardNamespace = config.require("wildcardNamespace");

const edge = new certfleet.ClusterTls("edge", {
  acme: {
    email: config.require("email"),
    // Without one it is that of the settings certfleet:directory and certfleet:directoryCaBundle.
    directory: directoryUrl === undefined ? undefined : { url: directoryUrl, caBundle: config.get("acmeCaBundle") },
  },
  // Somebody else keeps the token in this Secret, for example External Secrets.
  challenges: [{ zones: ["example.com"], cloudflare: { existingSecret: { name: "cloudflare", key: "token" } } }],
  // Upgrading cert-manager is a change of this version; without one it is the version that certfleet is tested with.
  certManager: { createNamespace: false, version: config.get("certManagerVersion") },
  defaults: { route: { gatewayApi: { gatewayClassName: config.require("gatewayClassName") } } },
  domains: [
    // One certificate for all hosts below apps.example.com, beside the applications that use it.
    { host: "*.apps.example.com", certificateOnly: true, namespace: wildcardNamespace },
    // A certificate for something outside of the Gateways, in a namespace that is made for it.
    {
      host: "mail.example.com",
      certificateOnly: true,
      namespace: "mail",
      createNamespace: true,
      labels: { team: "mail" },
    },
  ],
});

export const platform = edge.platform;
export const wildcard = edge.domains["*.apps.example.com"];
