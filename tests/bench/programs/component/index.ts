import * as certfleet from "@certfleet/pulumi";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const hosts = Array.from({ length: config.requireNumber("domains") }, (_, index) => `d${index}.example.com`);

new certfleet.ClusterTls("bench", {
  certManager: { install: false },
  defaults: {
    namespace: config.require("namespace"),
    issuer: { name: config.require("issuer") },
    route: { gatewayApi: { gatewayClassName: config.require("gatewayClassName") } },
    annotations: config.requireBoolean("awaited") ? {} : { "pulumi.com/skipAwait": "true" },
  },
  domains: hosts.map((host) => ({ host, backend: { service: "backend", port: 80 } })),
});
