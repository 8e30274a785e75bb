import type { ComponentDefinition } from "../components/definition";

/** Every component by token, loaded when first needed: the Kubernetes SDK alone takes longer to load than the plugin to start. */
export const components: Record<string, () => Promise<ComponentDefinition>> = {
  "certfleet:index:ClusterTls": async () => (await import("../components/cluster-tls.js")).clusterTls,
  "certfleet:index:CertManager": async () => (await import("../components/cert-manager.js")).certManager,
  "certfleet:index:Issuers": async () => (await import("../components/issuers.js")).issuers,
  "certfleet:index:TlsDomain": async () => (await import("../components/tls-domain.js")).tlsDomain,
};
