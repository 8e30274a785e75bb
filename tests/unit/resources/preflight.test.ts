import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { certManagerPreflight } from "../../../provider/resources/cert-manager-preflight";
import type { ResourceDefinition, Values } from "../../../provider/resources/definition";
import { gatewayPreflight } from "../../../provider/resources/gateway-preflight";

const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";
const controller = (version: string) => ({
  items: [{ metadata: { name: "cm", uid: "1", labels: { "app.kubernetes.io/version": version } } }],
  metadata: {},
});

const gatewayClass = (name: string, status: string) => ({
  metadata: { name, uid: name },
  spec: { controllerName: "example.com/c" },
  status: { conditions: [{ type: "Accepted", status }] },
});

describe("a preflight with a kubeconfig", () => {
  let server: Server;
  /** Answers by path, without the query; 404 for the rest. A number is a status. */
  let answers: Record<string, unknown>;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const answer = answers[request.url!.split("?")[0]!] ?? 404;
      response.writeHead(typeof answer === "number" ? answer : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(typeof answer === "number" ? { message: "no" } : answer));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    answers = {
      "/version": { gitVersion: "v1.36.3" },
      "/apis/apps/v1/namespaces/tls/deployments": controller("v1.20.3"),
      [`${crds}gateways.gateway.networking.k8s.io`]: { metadata: { name: "g", uid: "g" } },
      [`${crds}httproutes.gateway.networking.k8s.io`]: { metadata: { name: "h", uid: "h" } },
    };
  });

  function make(definition: ResourceDefinition, args: Values): Promise<unknown> {
    const { port } = server.address() as AddressInfo;
    const kubeconfig = JSON.stringify({
      clusters: [{ name: "one", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
      users: [{ name: "me", user: { token: "t" } }],
      contexts: [{ name: "here", context: { cluster: "one", user: "me" } }],
      "current-context": "here",
    });
    return definition.create(args, {
      config: { kubeconfig },
      signal: new AbortController().signal,
      timeoutSeconds: undefined,
    });
  }

  const installation = { version: "1.21.2", namespace: "tls", gatewayApi: true, allowUnsupportedVersion: false };
  const install = (over: Values = {}) => make(certManagerPreflight, { ...installation, ...over });

  it("passes a cluster that has all it needs", async () => {
    expect(await install()).toMatchObject({ id: "tls" });
  });

  it("says all that is wrong with it at once", async () => {
    answers["/version"] = { gitVersion: "v1.30.1" };
    answers["/apis/apps/v1/namespaces/tls/deployments"] = controller("v1.18.2");
    delete answers[`${crds}httproutes.gateway.networking.k8s.io`];
    await expect(install()).rejects.toThrow(
      /^cert-manager 1\.21\.2 supports Kubernetes .*\nversion "1\.21\.2" is more than one .*\nthe Gateway API is not installed .*httproutes/,
    );
  });

  it("looks for Certificates without renewal where the version stops at them", async () => {
    const renewal = { policy: "Disabled" };
    answers["/apis/cert-manager.io/v1/certificates"] = {
      items: [{ metadata: { name: "one", namespace: "shop", uid: "1" }, spec: { renewal } }],
      metadata: {},
    };
    await expect(install({ version: "1.21.0" })).rejects.toThrow("as shop/one does");
    expect(await install()).toMatchObject({ id: "tls" });
  });

  it("takes missing rights for no finding", async () => {
    for (const path of Object.keys(answers)) if (path !== "/version") answers[path] = 403;
    expect(await install()).toMatchObject({ id: "tls" });
    answers["/apis/gateway.networking.k8s.io/v1/gatewayclasses"] = 403;
    expect(await make(gatewayPreflight, { gatewayClassNames: ["istio"] })).toMatchObject({ id: "gateways" });
  });

  it("fails where the cluster does not answer as it should", async () => {
    answers["/version"] = 500;
    await expect(install()).rejects.toThrow("answered 500");
  });

  it("names a GatewayClass that is missing or refused, and passes one that a controller has accepted", async () => {
    const items = [gatewayClass("good", "True"), gatewayClass("bad", "False")];
    answers["/apis/gateway.networking.k8s.io/v1/gatewayclasses"] = { items, metadata: {} };
    expect(await make(gatewayPreflight, { gatewayClassNames: ["good", "good"] })).toMatchObject({ id: "gateways" });
    await expect(make(gatewayPreflight, { gatewayClassNames: ["good", "bad", "none"] })).rejects.toThrow(
      /^GatewayClass "bad" is not accepted .*\nthe cluster has no GatewayClass "none" \(it has: good, bad\)$/,
    );
  });

  it("asks a cluster without the Gateway API, which has no class at all", async () => {
    await expect(make(gatewayPreflight, { gatewayClassNames: ["istio"] })).rejects.toThrow("it has none");
  });

  it("gives a controller a moment to accept its class", async () => {
    let asked = 0;
    answers = {
      get "/apis/gateway.networking.k8s.io/v1/gatewayclasses"() {
        return { items: [gatewayClass("slow", ++asked < 3 ? "Unknown" : "True")], metadata: {} };
      },
    };
    expect(await make(gatewayPreflight, { gatewayClassNames: ["slow"] })).toMatchObject({ id: "gateways" });
    expect(asked).toBe(3);
  });
});
