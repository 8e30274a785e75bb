type Manifest = Record<string, unknown>;

export const CAFE_NAMESPACE = "cafe";
export const GATEWAY_CLASS = "traefik";

/** The classes that users name in their programs to get the lab's data plane. */
export const classManifests: Manifest[] = [
  {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "GatewayClass",
    metadata: { name: GATEWAY_CLASS },
    spec: { controllerName: "traefik.io/gateway-controller" },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    metadata: { name: GATEWAY_CLASS },
    spec: { controller: "traefik.io/ingress-controller" },
  },
];

function deployment(name: string): Manifest {
  const labels = { app: name };
  const container = {
    name,
    image: "nginxdemos/hello:plain-text",
    ports: [{ containerPort: 8080 }],
    readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 },
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: CAFE_NAMESPACE },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 2, containers: [container] } },
    },
  };
}

function service(app: string): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `${app}-svc`, namespace: CAFE_NAMESPACE },
    spec: { selector: { app }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
  };
}

export const cafeApps = ["tea", "coffee"] as const;

/** The two backends that domains lead to: Services tea-svc and coffee-svc in namespace cafe, port 80. */
export const cafeManifests: Manifest[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: CAFE_NAMESPACE } },
  ...cafeApps.flatMap((app) => [deployment(app), service(app)]),
];

export const asList = (items: readonly Manifest[]): string => JSON.stringify({ apiVersion: "v1", kind: "List", items });
