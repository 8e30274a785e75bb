import * as certfleet from "@certfleet/pulumi";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

const edge = new certfleet.ClusterTls("edge", {
  ...config.requireObject<certfleet.ClusterTlsArgs>("args"),
  dnsSecrets: config.requireSecretObject<Record<string, string>>("dnsSecrets"),
});

export const domains = edge.domains;
export const dnsCredentials = edge.dnsCredentials;

interface Own {
  zone: string;
  host: string;
  server: string;
  cloudDns: certfleet.types.input.CloudDnsChallengeArgs;
}

// An Issuer that is the program's own, in a namespace that is not cert-manager's.
const { zone, host, server, cloudDns } = config.requireObject<Own>("own");
const shop = new kubernetes.core.v1.Namespace("shop", { metadata: { name: "shop" } });
const namespace = shop.metadata.name;
const own = new certfleet.DnsCredentials("own", { zones: [zone], cloudDns, namespace });
const ready = { "pulumi.com/waitFor": "condition=Ready" };
const issuer = new kubernetes.apiextensions.CustomResource(
  "own",
  {
    apiVersion: "cert-manager.io/v1",
    kind: "Issuer",
    metadata: { name: "own", namespace, annotations: ready },
    spec: { acme: { server, privateKeySecretRef: { name: "own-account-key" }, solvers: [own.solver] } },
  },
  { dependsOn: [edge] },
);
new kubernetes.apiextensions.CustomResource("own-certificate", {
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: { name: "own", namespace, annotations: ready },
  spec: { secretName: "own-tls", dnsNames: [host], issuerRef: { kind: "Issuer", name: issuer.metadata.name } },
});

export const ownCredential = { secretName: own.secretName, email: own.serviceAccountEmail };
