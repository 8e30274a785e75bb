import { describe, expect, it } from "vitest";
import { planRoute } from "../../../provider/routes";
import { routeContext } from "../../support/builders";

const labels = { "app.kubernetes.io/managed-by": "certfleet" };
const apiVersion = "gateway.networking.k8s.io/v1";
const matches = [{ path: { type: "PathPrefix", value: "/" } }];
const gatewayRef = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "tea-example-com" };

const gateway = {
  role: "",
  readyCondition: "Programmed",
  hasAddresses: true,
  manifest: {
    apiVersion,
    kind: "Gateway",
    metadata: { name: "tea-example-com", namespace: "cafe", labels, annotations: undefined },
    spec: {
      gatewayClassName: "traefik",
      listeners: [
        {
          name: "http",
          protocol: "HTTP",
          port: 80,
          hostname: "tea.example.com",
          allowedRoutes: { namespaces: { from: "Same" } },
        },
        {
          name: "https",
          protocol: "HTTPS",
          port: 443,
          hostname: "tea.example.com",
          allowedRoutes: { namespaces: { from: "Same" } },
          tls: { mode: "Terminate", certificateRefs: [{ group: "", kind: "Secret", name: "tea-example-com-tls" }] },
        },
      ],
    },
  },
};

const route = {
  role: "",
  manifest: {
    apiVersion,
    kind: "HTTPRoute",
    metadata: { name: "tea-example-com", namespace: "cafe", labels, annotations: undefined },
    spec: {
      parentRefs: [{ ...gatewayRef, sectionName: "https" }],
      hostnames: ["tea.example.com"],
      rules: [{ matches, backendRefs: [{ name: "tea-svc", port: 80 }] }],
    },
  },
};

const redirect = {
  role: "redirect",
  manifest: {
    apiVersion,
    kind: "HTTPRoute",
    metadata: { name: "tea-example-com-redirect", namespace: "cafe", labels, annotations: undefined },
    spec: {
      parentRefs: [{ ...gatewayRef, sectionName: "http" }],
      hostnames: ["tea.example.com"],
      rules: [
        { matches, filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] },
      ],
    },
  },
};

describe("a route by the Gateway API", () => {
  const gatewayApi = { gatewayClassName: "traefik" };

  it("is a Gateway, a route to the Service and a redirect from http", () => {
    expect(planRoute(routeContext(), { gatewayApi })).toEqual([gateway, route, redirect]);
  });

  it("leaves http alone where no redirect is wanted", () => {
    expect(planRoute(routeContext({ redirect: false }), { gatewayApi })).toEqual([gateway, route]);
  });

  it("annotates everything with the domain's annotations, and the Gateway with its own over them", () => {
    const annotations = { team: "tea" };
    const own = { "networking.gke.io/certmap": "none" };
    const annotated = planRoute(routeContext({ annotations }), { gatewayApi });
    expect(annotated.map(({ manifest }) => manifest.metadata.annotations)).toEqual([
      annotations,
      annotations,
      annotations,
    ]);
    const [first, ...others] = planRoute(routeContext({ annotations }), {
      gatewayApi: { ...gatewayApi, annotations: own },
    });
    expect(first!.manifest.metadata.annotations).toEqual({ ...annotations, ...own });
    expect(others.map(({ manifest }) => manifest.metadata.annotations)).toEqual([annotations, annotations]);
  });
});
