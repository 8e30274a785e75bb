/** A kind as the API server serves it. */
export interface Kind {
  apiVersion: string;
  kind: string;
  /** Its name in URLs. */
  plural: string;
}

const of = (apiVersion: string, kind: string, plural: string): Kind => ({ apiVersion, kind, plural });

const [certManager, acme, gateway] = ["cert-manager.io/v1", "acme.cert-manager.io/v1", "gateway.networking.k8s.io/v1"];

/** The kinds that certfleet reads or writes by itself, without the Kubernetes plugin. */
export const kinds = {
  certificate: of(certManager, "Certificate", "certificates"),
  certificateRequest: of(certManager, "CertificateRequest", "certificaterequests"),
  issuer: of(certManager, "Issuer", "issuers"),
  clusterIssuer: of(certManager, "ClusterIssuer", "clusterissuers"),
  order: of(acme, "Order", "orders"),
  challenge: of(acme, "Challenge", "challenges"),
  gateway: of(gateway, "Gateway", "gateways"),
  gatewayClass: of(gateway, "GatewayClass", "gatewayclasses"),
  httpRoute: of(gateway, "HTTPRoute", "httproutes"),
  customResourceDefinition: of("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions"),
  deployment: of("apps/v1", "Deployment", "deployments"),
  replicaSet: of("apps/v1", "ReplicaSet", "replicasets"),
  job: of("batch/v1", "Job", "jobs"),
  ingress: of("networking.k8s.io/v1", "Ingress", "ingresses"),
  event: of("v1", "Event", "events"),
  namespace: of("v1", "Namespace", "namespaces"),
  pod: of("v1", "Pod", "pods"),
  secret: of("v1", "Secret", "secrets"),
  service: of("v1", "Service", "services"),
} as const;

/** Where an object is; cluster-wide without a namespace. */
export interface Place {
  namespace?: string | undefined;
  name: string;
}

/** The path of a kind's objects, or of one of them, on the API server. */
export function pathOf({ apiVersion, plural }: Kind, { namespace, name }: Partial<Place>): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const parts = [...(namespace ? ["namespaces", namespace] : []), plural, ...(name ? [name] : [])];
  return [root, ...parts.map(encodeURIComponent)].join("/");
}

/** "Certificate cafe/shop-example-com" */
export const describe = ({ kind }: Kind, { namespace, name }: Partial<Place>): string =>
  [kind, [namespace, name].filter(Boolean).join("/")].filter(Boolean).join(" ");

/** "Secrets in cafe", or "GatewayClasses" */
export function describeAll({ kind }: Kind, { namespace }: { namespace?: string | undefined }): string {
  const many = `${kind}${kind.endsWith("s") ? "es" : "s"}`;
  return namespace === undefined ? many : `${many} in ${namespace}`;
}
