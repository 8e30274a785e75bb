import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const hosts = Array.from({ length: config.requireNumber("domains") }, (_, index) => `d${index}.example.com`);
const namespace = config.require("namespace");
const issuer = config.require("issuer");
const gatewayClassName = config.require("gatewayClassName");

const { CustomResource } = kubernetes.apiextensions;
const group = "gateway.networking.k8s.io";
const apiVersion = `${group}/v1`;

/** What a domain consists of, as somebody would write it who has no component for it. */
class Domain extends pulumi.ComponentResource {
  constructor(host: string) {
    super("bench:index:Domain", host, {});
    const name = host.replaceAll(".", "-");
    new CustomResource(host, certificate(host, name), within(this, "600s"));
    new CustomResource(host, gateway(host, name), within(this, "1200s"));
    const toBackend = { backendRefs: [{ name: "backend", port: 80 }] };
    new CustomResource(host, route(host, name, name, "https", toBackend), { parent: this });
    const filters = [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }];
    const redirect = route(host, `${name}-redirect`, name, "http", { filters });
    new CustomResource(`${host}-redirect`, redirect, { parent: this });
    this.registerOutputs();
  }
}

const within = (parent: pulumi.Resource, bound: string): pulumi.CustomResourceOptions => ({
  parent,
  customTimeouts: { create: bound, update: bound },
});

const metadata = (name: string, condition?: string) => ({
  name,
  namespace,
  labels: { "app.kubernetes.io/managed-by": "certfleet" },
  annotations: condition ? { "pulumi.com/waitFor": `condition=${condition}` } : undefined,
});

const certificate = (host: string, name: string) => ({
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: metadata(name, "Ready"),
  spec: {
    secretName: `${name}-tls`,
    dnsNames: [host],
    issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: issuer },
    privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
  },
});

function gateway(host: string, name: string) {
  const common = { hostname: host, allowedRoutes: { namespaces: { from: "Same" } } };
  const tls = { mode: "Terminate", certificateRefs: [{ group: "", kind: "Secret", name: `${name}-tls` }] };
  const listeners = [
    { name: "http", protocol: "HTTP", port: 80, ...common },
    { name: "https", protocol: "HTTPS", port: 443, ...common, tls },
  ];
  return {
    apiVersion,
    kind: "Gateway",
    metadata: metadata(name, "Programmed"),
    spec: { gatewayClassName, listeners },
  };
}

const route = (host: string, name: string, gatewayName: string, sectionName: string, rule: object) => ({
  apiVersion,
  kind: "HTTPRoute",
  metadata: metadata(name),
  spec: {
    parentRefs: [{ group, kind: "Gateway", name: gatewayName, sectionName }],
    hostnames: [host],
    rules: [{ matches: [{ path: { type: "PathPrefix", value: "/" } }], ...rule }],
  },
});

for (const host of hosts) new Domain(host);
