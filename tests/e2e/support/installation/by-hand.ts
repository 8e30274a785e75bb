import { X509Certificate } from "node:crypto";
import { CAFE_NAMESPACE, cloudflareTokens, hosts, waitFor, type World } from "../../../lab";

const chart = "oci://quay.io/jetstack/charts/cert-manager";

/** What people set who install cert-manager for the Gateway API by themselves. */
const values = {
  crds: { enabled: true },
  config: {
    apiVersion: "controller.config.cert-manager.io/v1alpha1",
    kind: "ControllerConfiguration",
    gatewayAPI: { enabled: true },
  },
};

async function helm(world: World, argv: readonly string[]): Promise<string> {
  const input = JSON.stringify(values);
  const { code, stdout, stderr } = await world.exec(["helm", ...argv, "--values", "-"], { input });
  if (code !== 0) throw new Error(`helm ${argv.join(" ")}: ended with ${code}\n${stderr}`);
  return stdout;
}

const place = ["--namespace", "cert-manager"];

export async function installByHelm(world: World, release: string, version: string): Promise<void> {
  const argv = ["install", release, chart, "--version", `v${version}`, ...place, "--create-namespace"];
  await helm(world, [...argv, "--wait", "--timeout", "300s"]);
}

/** As the manifests of a release are: what the chart renders by the name cert-manager, without its hooks. */
export async function installByKubectl(world: World, version: string): Promise<void> {
  const rendered = await helm(world, [
    "template",
    "cert-manager",
    chart,
    "--version",
    `v${version}`,
    ...place,
    "--no-hooks",
  ]);
  await world.kubectl(["create", "namespace", "cert-manager"]);
  await world.kubectl(["apply", "--filename", "-"], { input: rendered });
  const deployments = ["cert-manager", "cert-manager-cainjector", "cert-manager-webhook"];
  for (const name of deployments)
    await world.kubectl(["rollout", "status", ...place, `deployment/${name}`, "--timeout=180s"]);
}

/** A ClusterIssuer and a Certificate by names of their own, with the key that cert-manager makes where nobody asks. */
const objects = (host: string): object[] => [
  {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "dns-token", namespace: "cert-manager" },
    stringData: { token: cloudflareTokens.full },
  },
  {
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name: "letsencrypt" },
    spec: {
      acme: {
        email: "ops@example.com",
        server: `https://${hosts.acmeStaging}/directory`,
        privateKeySecretRef: { name: "letsencrypt-account" },
        solvers: [{ dns01: { cloudflare: { apiTokenSecretRef: { name: "dns-token", key: "token" } } } }],
      },
    },
  },
  {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "coffee", namespace: CAFE_NAMESPACE },
    spec: {
      secretName: "coffee-cert",
      dnsNames: [host],
      issuerRef: { kind: "ClusterIssuer", name: "letsencrypt" },
    },
  },
];

export async function issueByHand(world: World, host: string): Promise<void> {
  const list = { apiVersion: "v1", kind: "List", items: objects(host) };
  const apply = async (): Promise<string | undefined> => {
    try {
      await world.kubectl(["apply", "--filename", "-"], { input: JSON.stringify(list) });
      return undefined;
    } catch (error) {
      // The webhook does not answer at once: this is what people run into who install by hand.
      return String(error);
    }
  };
  await waitFor("cert-manager's webhook to admit a Certificate", apply, { seconds: 90, every: 1000 });
  const wait = ["wait", "--for=condition=Ready", "certificate/coffee", "-n", CAFE_NAMESPACE, "--timeout=240s"];
  await world.kubectl(wait);
}

/** What must stay through all that is done to an installation. */
export interface Issued {
  serial: string;
  /** Names of all that was ever ordered. */
  orders: string[];
  accountKey: string;
}

export async function readIssued(world: World): Promise<Issued> {
  const secret = async (name: string, namespace: string, key: string): Promise<string> => {
    const found = JSON.parse(await world.kubectl(["get", "secret", name, "-n", namespace, "-o", "json"])) as {
      data: Record<string, string>;
    };
    return Buffer.from(found.data[key]!, "base64").toString();
  };
  const orders = await world.kubectl(["get", "orders.acme.cert-manager.io", "-A", "-o", "name"]);
  return {
    serial: new X509Certificate(await secret("coffee-cert", CAFE_NAMESPACE, "tls.crt")).serialNumber,
    orders: orders.split("\n").filter(Boolean),
    accountKey: await secret("letsencrypt-account", "cert-manager", "tls.key"),
  };
}
