import type { ComponentDefinition } from "../components/definition";
import type { ResourceDefinition } from "../resources/definition";

/** What the plugin serves, by token; each is loaded when first needed: the Kubernetes SDK alone takes longer than the plugin's start. */
export interface Registry {
  components: Record<string, () => Promise<ComponentDefinition>>;
  resources: Record<string, () => Promise<ResourceDefinition>>;
}

export const registry: Registry = {
  components: {
    "certfleet:index:ClusterTls": async () => (await import("../components/cluster-tls.js")).clusterTls,
    "certfleet:index:CertManager": async () => (await import("../components/cert-manager.js")).certManager,
    "certfleet:index:DnsCredentials": async () => (await import("../components/dns-credentials.js")).dnsCredentials,
    "certfleet:index:Issuers": async () => (await import("../components/issuers.js")).issuers,
    "certfleet:index:TlsDomain": async () => (await import("../components/tls-domain.js")).tlsDomain,
  },
  resources: {
    "certfleet:index:CertManagerPreflight": async () =>
      (await import("../resources/cert-manager-preflight.js")).certManagerPreflight,
    "certfleet:index:DnsReadiness": async () => (await import("../resources/dns-readiness/index.js")).dnsReadiness,
    "certfleet:index:GatewayPreflight": async () =>
      (await import("../resources/gateway-preflight.js")).gatewayPreflight,
    "certfleet:index:Readiness": async () => (await import("../resources/readiness/index.js")).readiness,
    "certfleet:index:TlsSecret": async () => (await import("../resources/tls-secret.js")).tlsSecret,
  },
};

/** Loads what a token stands for; an unknown one fails by name. */
export function load<T>(known: Record<string, () => Promise<T>>, token: string, kind: string): Promise<T> {
  const found = Object.hasOwn(known, token) ? known[token] : undefined;
  if (found) return found();
  const names = Object.keys(known).join(", ") || "none";
  throw new Error(`${token} is no ${kind} of certfleet; it has: ${names}`);
}
