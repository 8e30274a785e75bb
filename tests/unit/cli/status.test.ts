import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

const main = join(__dirname, "..", "..", "..", "provider", "cli", "main.ts");

const condition = (type: string, status: string, reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
});

const certificate = (host: string, ready: string, namespace = "web") => ({
  metadata: { name: host.replaceAll(".", "-"), namespace, uid: host },
  spec: { dnsNames: [host], secretName: "s", issuerRef: { kind: "ClusterIssuer", name: "letsencrypt-staging" } },
  status: {
    conditions: [condition("Ready", ready, ready === "True" ? "Ready" : "DoesNotExist", "as it is")],
    ...(ready === "True" ? { notAfter: "2027-02-20T13:56:11Z", revision: 1 } : {}),
  },
});

const gateway = (host: string) => ({
  metadata: { name: host.replaceAll(".", "-"), namespace: "web", uid: `g-${host}` },
  spec: { gatewayClassName: "istio", listeners: [{ hostname: host }, { hostname: host }] },
  status: { conditions: [condition("Accepted", "Unknown", "Pending", "Waiting for controller")] },
});

const issuer = {
  metadata: { name: "letsencrypt-staging", uid: "i" },
  status: { conditions: [condition("Ready", "True", "ACMEAccountRegistered", "registered")] },
};

const list = (...items: object[]) => ({ items, metadata: {} });
const paths = {
  certificates: "/apis/cert-manager.io/v1/certificates",
  webCertificates: "/apis/cert-manager.io/v1/namespaces/web/certificates",
  gateways: "/apis/gateway.networking.k8s.io/v1/gateways",
  issuers: "/apis/cert-manager.io/v1/clusterissuers",
  issuer: "/apis/cert-manager.io/v1/clusterissuers/letsencrypt-staging",
  gatewayClass: "/apis/gateway.networking.k8s.io/v1/gatewayclasses/istio",
  events: "/api/v1/events",
};

// Each case starts processes, which takes long where the machine is busy.
describe("certfleet status", { timeout: 60_000 }, () => {
  let folder: string;
  let server: Server;
  /** Answers by path; 404 for the rest. A number is a status. */
  let answers: Record<string, unknown>;
  let asked: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "certfleet-status-"));
    server = createServer((request, response) => {
      const url = request.url!;
      asked.push(url);
      const answer = answers[url.split("?")[0]!] ?? 404;
      response.writeHead(typeof answer === "number" ? answer : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(typeof answer === "number" ? { message: "no" } : answer));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    writeFileSync(join(folder, "config"), kubeconfigOf((server.address() as AddressInfo).port));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    asked = [];
    answers = {
      [paths.certificates]: list(certificate("shop.example.com", "True"), certificate("docs.example.com", "True")),
      [paths.webCertificates]: list(certificate("shop.example.com", "True")),
      [paths.gateways]: list(),
      [paths.issuers]: list(issuer),
      [paths.issuer]: issuer,
    };
  });

  const kubeconfigOf = (port: number): string =>
    JSON.stringify({
      clusters: [{ name: "one", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
      users: [{ name: "me", user: { token: "t" } }],
      contexts: [{ name: "here", context: { cluster: "one", user: "me" } }],
      "current-context": "here",
    });

  /** The command as a process of its own, whose output is no terminal. */
  function status(argv: string[] = [], env: Record<string, string> = {}) {
    const own = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: join(folder, "config"), ...env };
    return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        ["--require", "tsx/cjs", main, "status", ...argv],
        { env: own },
        (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  }

  it("ends with 0 where all is ready, and prints no colours where nobody looks", async () => {
    expect(await status()).toEqual({
      code: 0,
      stderr: "",
      stdout: [
        "letsencrypt-staging",
        "  ✔ ClusterIssuer letsencrypt-staging: ACMEAccountRegistered: registered",
        "",
        "docs.example.com",
        "  ✔ Certificate web/docs-example-com: Ready: as it is",
        "    notAfter 2027-02-20T13:56:11Z, revision 1",
        "",
        "shop.example.com",
        "  ✔ Certificate web/shop-example-com: Ready: as it is",
        "    notAfter 2027-02-20T13:56:11Z, revision 1",
        "",
        "3 of 3 ready",
        "",
      ].join("\n"),
    });
  });

  it("has colours where they are asked for, and not where they are asked not to be", async () => {
    const [forced, both] = await Promise.all([
      status([], { FORCE_COLOR: "1" }),
      status([], { FORCE_COLOR: "0", NO_COLOR: "1" }),
    ]);
    expect(forced.stdout).toContain("\u001b[32m✔ ClusterIssuer letsencrypt-staging\u001b[0m: ");
    expect(both.stdout).not.toContain("\u001b");
  });

  it("ends with 1 where something is not ready, in the shape that docs/guides/when-it-fails.md shows", async () => {
    answers[paths.certificates] = list(certificate("shop.example.com", "False"));
    answers[paths.gateways] = list(gateway("shop.example.com"));
    answers[paths.gatewayClass] = 404;
    const { code, stdout } = await status(["--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual([
      {
        kind: "ClusterIssuer",
        name: "letsencrypt-staging",
        hosts: [],
        ready: true,
        step: {
          object: "ClusterIssuer letsencrypt-staging",
          health: "ready",
          says: "ACMEAccountRegistered: registered",
          below: [],
        },
        commands: ["npx certfleet status --all", "kubectl describe clusterissuer letsencrypt-staging"],
      },
      {
        kind: "Certificate",
        namespace: "web",
        name: "shop-example-com",
        hosts: ["shop.example.com"],
        ready: false,
        step: {
          object: "Certificate web/shop-example-com",
          health: "waiting",
          says: "DoesNotExist: as it is",
          facts: {},
          below: [],
        },
        commands: [
          "npx certfleet status --namespace web shop-example-com",
          "kubectl describe certificate shop-example-com --namespace web",
          "kubectl describe certificaterequests shop-example-com- --namespace web",
          "kubectl describe orders shop-example-com- --namespace web",
          "kubectl describe challenges shop-example-com- --namespace web",
        ],
      },
      {
        kind: "Gateway",
        namespace: "web",
        name: "shop-example-com",
        hosts: ["shop.example.com"],
        ready: false,
        step: {
          object: "Gateway web/shop-example-com",
          health: "waiting",
          says: "Pending: Waiting for controller",
          below: [{ object: "GatewayClass istio", health: "missing", says: "does not exist", below: [] }],
        },
        cause: {
          name: "gateway-class",
          at: "GatewayClass istio",
          reason: "does not exist",
          summary: "nothing serves the Gateway: its class is not there",
          fix: "install a Gateway controller that serves the class, or name another class (kubectl get gatewayclasses)",
        },
        commands: ["kubectl describe gateway shop-example-com --namespace web", "kubectl get gatewayclasses"],
      },
    ]);
  });

  it("shows one namespace, or what has a name or a host", async () => {
    const [one, host, name] = await Promise.all([
      status(["--namespace", "web"]),
      status(["Docs.Example.com"]),
      status(["letsencrypt-staging", "shop-example-com"]),
    ]);
    expect(one.stdout).toMatch(/^shop\.example\.com\n[^]*\n1 of 1 ready\n$/);
    expect(host.stdout).toMatch(/^docs\.example\.com\n[^]*\n1 of 1 ready\n$/);
    expect(name.stdout).toMatch(/^letsencrypt-staging\n[^]*\nshop\.example\.com\n[^]*\n2 of 2 ready\n$/);
  });

  it("reads events, issuers and classes once, however many need them", async () => {
    const hosts = ["a", "b", "c"].map((name) => `${name}.example.com`);
    answers[paths.certificates] = list(...hosts.map((host) => certificate(host, "False")));
    answers[paths.gateways] = list(...hosts.map(gateway));
    answers[paths.gatewayClass] = { metadata: { name: "istio", uid: "c" } };
    answers[paths.events] = list();
    expect((await status()).code).toBe(1);
    for (const path of [paths.events, paths.issuer, paths.gatewayClass]) {
      expect(
        asked.filter((url) => url.split("?")[0] === path),
        path,
      ).toHaveLength(1);
    }
  });

  it("ends with 2 and says why where it cannot look", async () => {
    const closed = join(folder, "closed");
    writeFileSync(closed, kubeconfigOf(1));
    answers[paths.webCertificates] = 403;
    const cases = await Promise.all([
      status(["--kubeconfig", closed]),
      status(["--kubeconfig", join(folder, "missing")]),
      status([], { KUBECONFIG: "" }),
      status(["--context", "there"]),
      status(["pie.example.com"]),
      status(["--namespace", "web"]),
      status(["--yaml"]),
    ]);
    expect(cases.map(({ code, stdout }) => `${code}${stdout}`)).toEqual(cases.map(() => "2"));
    expect(cases.map(({ stderr }) => stderr.split("\n")[0])).toEqual([
      "certfleet: listing Certificates: http://127.0.0.1:1 does not answer (connect ECONNREFUSED 127.0.0.1:1)",
      `certfleet: --kubeconfig ${join(folder, "missing")}: the file cannot be read (ENOENT)`,
      "certfleet: there is no kubeconfig: neither KUBECONFIG nor ~/.kube/config; set one, or pass --kubeconfig",
      'certfleet: the kubeconfig has no context "there" (it has: here)',
      "certfleet: no Certificate, Gateway or ClusterIssuer is named pie.example.com; certfleet status --all shows those that certfleet did not make",
      "certfleet: Certificates may not be read; the right is missing to list certificates.cert-manager.io --namespace web",
      "error: unknown option '--yaml'",
    ]);
  });

  it("says that a cluster without cert-manager is perhaps another one", async () => {
    answers = {};
    const { code, stderr } = await status();
    expect(code).toBe(2);
    expect(stderr).toContain("cert-manager's CRDs are not there; is this the cluster?");
  });
});
