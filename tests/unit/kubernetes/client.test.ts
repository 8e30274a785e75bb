import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Cluster } from "../../../provider/kubernetes/client";
import { kinds } from "../../../provider/kubernetes/kinds";
import { environmentProxy } from "../../../provider/kubernetes/kubeconfig";

const secret = "planted-kubeconfig-token";

interface Asked {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}

type Reply = { status?: number; body?: unknown } | "never";

describe("Cluster", () => {
  let server: Server;
  let reply: (asked: Asked) => Reply = () => ({});
  const asked: Asked[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const one = { method: request.method!, url: request.url!, headers: request.headers, body };
        asked.push(one);
        const answer = reply(one);
        if (answer === "never") return;
        response.writeHead(answer.status ?? 200, { "content-type": "application/json" });
        response.end(JSON.stringify(answer.body ?? {}));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => {
    asked.length = 0;
    reply = () => ({});
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function kubeconfig(user: object = { token: secret }, url = address()): string {
    const cluster = { server: url, "insecure-skip-tls-verify": true };
    return JSON.stringify({
      clusters: [{ name: "one", cluster }],
      users: [{ name: "me", user }],
      contexts: [{ name: "here", context: { cluster: "one", user: "me" } }],
      "current-context": "here",
    });
  }

  const object = (name: string) => ({ metadata: { name, uid: name } });

  it("reads an object with the kubeconfig's credential", async () => {
    reply = () => ({ body: object("tea") });
    const cluster = await Cluster.of(kubeconfig());
    expect(await cluster.get(kinds.certificate, { namespace: "cafe", name: "tea" })).toEqual(object("tea"));
    expect(asked[0]).toMatchObject({
      method: "GET",
      url: "/apis/cert-manager.io/v1/namespaces/cafe/certificates/tea",
    });
    expect(asked[0]!.headers.authorization).toBe(`Bearer ${secret}`);
  });

  it("asks a credential plugin for a token", async () => {
    const status = JSON.stringify({ status: { token: "from-plugin" } });
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "echo", args: [status] };
    await (await Cluster.of(kubeconfig({ exec }))).version();
    expect(asked[0]!.headers.authorization).toBe("Bearer from-plugin");
  });

  it("does not quote a credential plugin's answer", async () => {
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "echo", args: [secret] };
    const cluster = await Cluster.of(kubeconfig({ exec }));
    const error = await cluster.version().catch((thrown: Error) => thrown);
    expect(String(error)).toContain("the credential plugin's answer is no JSON");
    expect(String(error)).not.toContain(secret.slice(0, 10));
  });

  it("reads all pages of a list", async () => {
    reply = ({ url }) =>
      url.includes("continue=more")
        ? { body: { items: [object("b")], metadata: {} } }
        : { body: { items: [object("a")], metadata: { continue: "more" } } };
    const listed = await (
      await Cluster.of(kubeconfig())
    ).list(kinds.order, { namespace: "cafe", labelSelector: "a=b" });
    expect(listed?.map(({ metadata }) => metadata.name)).toEqual(["a", "b"]);
    expect(asked[0]!.url).toBe("/apis/acme.cert-manager.io/v1/namespaces/cafe/orders?labelSelector=a%3Db&limit=500");
  });

  it("reads metadata alone, also where there is none", async () => {
    reply = () => ({ body: { items: null, metadata: {} } });
    const cluster = await Cluster.of(kubeconfig());
    expect(await cluster.list(kinds.secret, { namespace: "cafe", metadataOnly: true })).toEqual([]);
    expect(asked[0]!.headers.accept).toContain("as=PartialObjectMetadataList");
  });

  it("tells what is not there, or not served, from what is refused", async () => {
    const cluster = await Cluster.of(kubeconfig());
    reply = () => ({ status: 404, body: { reason: "NotFound" } });
    expect(await cluster.get(kinds.gatewayClass, { name: "istio" })).toBeUndefined();
    expect(await cluster.list(kinds.gatewayClass)).toBeUndefined();
    expect(await cluster.delete(kinds.secret, { namespace: "cafe", name: "tls" })).toBe(false);
    reply = () => ({ status: 403, body: { reason: "Forbidden", message: "secrets is forbidden" } });
    await expect(cluster.list(kinds.secret, { namespace: "cafe" })).rejects.toMatchObject({
      message: `listing Secrets in cafe: ${address()} answered 403 Forbidden: secrets is forbidden`,
      status: 403,
      transient: false,
    });
    reply = () => ({ status: 503 });
    await expect(cluster.version()).rejects.toMatchObject({ status: 503, transient: true });
  });

  it("merges into an object", async () => {
    const cluster = await Cluster.of(kubeconfig());
    await cluster.patch(kinds.certificate, { namespace: "cafe", name: "tea" }, { metadata: { labels: { a: "b" } } });
    expect(asked[0]).toMatchObject({
      method: "PATCH",
      url: "/apis/cert-manager.io/v1/namespaces/cafe/certificates/tea",
      body: '{"metadata":{"labels":{"a":"b"}}}',
    });
    expect(asked[0]!.headers["content-type"]).toBe("application/merge-patch+json");
  });

  it("writes a status", async () => {
    const cluster = await Cluster.of(kubeconfig());
    const changed = { ...object("tea"), status: { revision: 2 } };
    await cluster.updateStatus(kinds.certificate, { namespace: "cafe", name: "tea" }, changed);
    expect(asked[0]).toMatchObject({
      method: "PUT",
      url: "/apis/cert-manager.io/v1/namespaces/cafe/certificates/tea/status",
      body: JSON.stringify(changed),
    });
    expect(asked[0]!.headers["content-type"]).toBe("application/json");
  });

  it("deletes only what it was told to", async () => {
    const cluster = await Cluster.of(kubeconfig());
    expect(await cluster.delete(kinds.secret, { namespace: "cafe", name: "tls" }, { uid: "u1" })).toBe(true);
    expect(asked[0]).toMatchObject({ method: "DELETE", body: '{"preconditions":{"uid":"u1"}}' });
  });

  it("waits for no answer longer than its bound", async () => {
    reply = () => "never";
    const cluster = await Cluster.of(kubeconfig(), { requestSeconds: 0.2 });
    await expect(cluster.version()).rejects.toMatchObject({
      message: `reading the cluster's version: ${address()} does not answer (no answer in time)`,
      transient: true,
    });
  });

  it("waits for no credential plugin longer than its bound", async () => {
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "sleep", args: ["1"] };
    const cluster = await Cluster.of(kubeconfig({ exec }), { requestSeconds: 0.2 });
    await expect(cluster.version()).rejects.toThrow("no answer in time");
    expect(asked).toEqual([]);
  });

  it("ends with the signal's reason", async () => {
    const controller = new AbortController();
    reply = () => {
      controller.abort(new Error("cancelled"));
      return "never";
    };
    const cluster = await Cluster.of(kubeconfig(), { signal: controller.signal });
    await expect(cluster.version()).rejects.toThrow("cancelled");
  });

  it("says at which server nobody answers", async () => {
    const cluster = await Cluster.of(kubeconfig({}, "http://127.0.0.1:1"));
    await expect(cluster.version()).rejects.toThrow(/http:\/\/127\.0\.0\.1:1 does not answer \(.*ECONNREFUSED/);
  });

  it.each([
    ["no YAML", `clusters: [\n  token: ${secret}`, "the kubeconfig cannot be read"],
    ["nothing", "", "the kubeconfig cannot be read"],
    ["no context", JSON.stringify({ clusters: [], users: [], contexts: [] }), "names no current context (it has none)"],
  ])("refuses %s without quoting it", async (_what, text, reason) => {
    const message = await Cluster.of(text).then(
      () => "",
      (error: Error) => error.message,
    );
    expect(message).toContain(reason);
    expect(message).not.toContain(secret);
  });

  it("names the contexts that there are", async () => {
    await expect(Cluster.of(kubeconfig(), { context: "there" })).rejects.toThrow(
      'the kubeconfig has no context "there" (it has: here)',
    );
  });
});

describe("environmentProxy", () => {
  const env = { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "internal.example.com,10.0.0.0/8,.svc" };
  it.each([
    ["https://cluster.example.com", "http://proxy:3128"],
    ["https://api.internal.example.com:6443", undefined],
    ["https://10.1.2.3", undefined],
    ["https://11.1.2.3", "http://proxy:3128"],
    ["https://kubernetes.default.svc", undefined],
    ["https://127.0.0.1:6443", undefined],
    ["http://cluster.example.com", undefined],
  ])("leads %s to %s", (server, proxy) => {
    expect(environmentProxy(server, env)).toBe(proxy);
  });
});
