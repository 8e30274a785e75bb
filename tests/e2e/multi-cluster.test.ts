import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { CAFE_NAMESPACE, cloudflareTokens, type ForwardedCluster, GATEWAY_CLASS, waitFor, type World } from "../lab";
import { root } from "../support/build";
import {
  initClusters,
  readKubeconfig,
  setClusters,
  setKubeconfigs,
  tokenIn,
  type Clusters,
  type MultiClusterOutputs,
} from "./support/clusters";
import { describeOperation } from "./support/events";
import { filesWith } from "./support/files";
import { leftovers, takeInventory, type Inventory } from "./support/inventory";
import type { Run, Stack } from "./support/stack";
import { descendants, resourcesOf } from "./support/state";
import { succeed, tellStory } from "./support/story";

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const story = tellStory("multi-cluster");
const operations = (run: Run): string[] => run.operations.map(describeOperation).sort();

/** What a first update makes, whatever the program asks for. */
const stackObjects = (program: string): string[] => [
  `create Stack ${program}-lab`,
  `create certfleet default_${version.replaceAll(".", "_")}`,
];

/** What one cluster with one host is made of, beside its provider. */
const clusterObjects = (op: string, cluster: string, host: string): string[] => [
  `${op} Certificate ${cluster}-${host}`,
  `${op} CertManager ${cluster}-cert-manager`,
  `${op} CertManagerPreflight ${cluster}-cert-manager`,
  `${op} ClusterIssuer ${cluster}-issuers-staging`,
  `${op} ClusterTls ${cluster}`,
  `${op} DnsCredentials ${cluster}-issuers-cloudflare-main`,
  `${op} Gateway ${cluster}-${host}`,
  `${op} HTTPRoute ${cluster}-${host}`,
  `${op} HTTPRoute ${cluster}-${host}-redirect`,
  `${op} Issuers ${cluster}-issuers`,
  `${op} Namespace ${cluster}-cert-manager`,
  `${op} Release ${cluster}-cert-manager`,
  `${op} Secret ${cluster}-issuers-cloudflare-main`,
  `${op} TlsDomain ${cluster}-${host}`,
  `${op} kubernetes ${cluster}`,
];

/** Answers over https in a world: by this Service, with a certificate that the world's own ACME server signed. */
async function serves(world: World, host: string, service: string): Promise<void> {
  const ca = await world.acmeRoot("staging");
  const backend = `Server name: ${service.replace("-svc", "")}-`;
  const probe = async (): Promise<string | undefined> => {
    const { status, body, peer } = await world.request({ url: `https://${host}/`, ca });
    const isRight = status === 200 && body.includes(backend) && peer?.dnsNames.includes(host);
    return isRight ? undefined : `it answers ${status} for ${peer?.dnsNames.join()}: ${body.slice(0, 200)}`;
  };
  // A route is not awaited: the data plane may take a moment to follow a change of it.
  await waitFor(`https://${host}/ from ${service}`, probe, { seconds: 30, every: 250 });
}

let alpha: World;
let beta: World;
let toBeta: ForwardedCluster;
let before: { alpha: Inventory; beta: Inventory };
const inventories = async () => ({ alpha: await takeInventory(alpha), beta: await takeInventory(beta) });

beforeAll(async () => {
  [alpha, beta] = story.worlds as [World, World];
  toBeta = await alpha.forwardCluster(beta, 7443);
  before = await inventories();
});

describe("a kubeconfig that is unknown in the preview", () => {
  let stack: Stack;
  let preview: Run;

  beforeAll(async () => {
    stack = story.stack("late-cluster");
    const kubeconfigs = { "kubeconfig-first": readKubeconfig(alpha), "kubeconfig-late": toBeta.kubeconfig };
    await stack.init(
      { gatewayClassName: GATEWAY_CLASS, namespace: CAFE_NAMESPACE, service: "tea-svc" },
      { ...kubeconfigs, cloudflareApiToken: cloudflareTokens.full },
    );
  });

  it("shows the whole plan of its cluster, without a problem", async () => {
    preview = await succeed(stack.preview());
    expect(preview.problems).toEqual([]);
    const first = ["create ConfigMap made-first", "create kubernetes first"];
    const late = clusterObjects("create", "late", "late.example.com");
    expect(operations(preview)).toEqual([...stackObjects("late-cluster"), ...first, ...late].sort());
  });

  it("does what was announced, in that cluster", async () => {
    expect(operations(await succeed(stack.up()))).toEqual(operations(preview));
    await serves(beta, "late.example.com", "tea-svc");
    expect(await alpha.kubectl(["get", "namespace", "cert-manager", "--ignore-not-found"])).toBe("");
  });

  it("has nothing to do in a second preview", async () => {
    const second = await succeed(stack.preview());
    expect([operations(second), second.problems]).toEqual([[], []]);
  });

  it("leaves nothing but what is meant to stay after destroy", async () => {
    await succeed(stack.destroy());
    const after = await inventories();
    expect(leftovers(before.alpha, after.alpha)).toEqual({ left: [], kept: [] });
    expect(leftovers(before.beta, after.beta).left).toEqual([]);
  });
});

describe("examples/multi-cluster", () => {
  const clusters: Clusters = {
    alpha: { "tea.example.com": "tea-svc" },
    beta: { "coffee.example.com": "coffee-svc" },
  };
  const changedAlpha = { ...clusters, alpha: { "tea.example.com": "coffee-svc" } };
  const changedBeta = { ...clusters, beta: { "coffee.example.com": "tea-svc" } };
  let stack: Stack;

  beforeAll(async () => {
    stack = story.stack("multi-cluster");
    await initClusters(stack, clusters, { alpha: readKubeconfig(alpha), beta: toBeta.kubeconfig });
  });

  it("reaches no cluster where the provider was forgotten", async () => {
    const file = join(stack.cwd, "index.ts");
    const program = readFileSync(file, "utf8");
    const forgetful = program.replace("{ providers: [provider] }", "{}");
    expect(forgetful).not.toBe(program);
    writeFileSync(file, forgetful);
    const run = await stack.preview();
    writeFileSync(file, program);
    expect(run.code).not.toBe(0);
    expect(run.output).toContain("Default provider for 'kubernetes' disabled");
    expect(run.operations.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
  });

  it("takes an empty kubeconfig for a missing one", async () => {
    await setKubeconfigs(stack, { beta: "" });
    const run = await stack.preview();
    await setKubeconfigs(stack, { beta: toBeta.kubeconfig });
    expect(run.code).not.toBe(0);
    expect(run.output).toContain("kubeconfig-beta");
    expect(run.operations.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
  });

  it("serves the domains of both clusters over https after one up", async () => {
    const preview = await succeed(stack.preview());
    expect(operations(preview)).toEqual(
      [
        ...stackObjects("multi-cluster"),
        ...clusterObjects("create", "alpha", "tea.example.com"),
        ...clusterObjects("create", "beta", "coffee.example.com"),
      ].sort(),
    );
    expect(operations(await succeed(stack.up()))).toEqual(operations(preview));
    await serves(alpha, "tea.example.com", "tea-svc");
    await serves(beta, "coffee.example.com", "coffee-svc");
    const { domains, requiredDnsRecords } = await stack.outputs<MultiClusterOutputs>();
    const served = { ready: true, issuer: "letsencrypt-staging" };
    expect(domains).toMatchObject({
      alpha: { "tea.example.com": { url: "https://tea.example.com/", ...served } },
      beta: { "coffee.example.com": { url: "https://coffee.example.com/", ...served } },
    });
    const record = (name: string) => ({ name, type: "A", value: "10.200.0.1" });
    expect(requiredDnsRecords).toEqual({ alpha: [record("tea.example.com")], beta: [record("coffee.example.com")] });
  });

  it("makes every child of a component by its own cluster's provider", async () => {
    const resources = resourcesOf(await stack.export());
    const providers = resources.filter(({ type }) => type === "pulumi:providers:kubernetes");
    expect(providers.map(({ urn }) => urn.split("::").pop()).sort()).toEqual(["alpha", "beta"]);
    for (const { urn, id } of providers) {
      const cluster = urn.split("::").pop();
      const component = resources.find((one) => one.urn.endsWith(`::certfleet:index:ClusterTls::${cluster}`));
      const made = descendants(resources, component!.urn).filter(({ type }) => type.startsWith("kubernetes:"));
      expect(made.length).toBeGreaterThanOrEqual(8);
      expect(made.map(({ provider }) => provider)).toEqual(made.map(() => `${urn}::${id}`));
    }
    const children = resources.filter(({ type }) => type.startsWith("kubernetes:"));
    expect(children.filter(({ provider }) => provider?.includes("::default"))).toEqual([]);
  });

  it("has nothing to do in a second preview and a refresh", async () => {
    expect(operations(await succeed(stack.preview()))).toEqual([]);
    expect((await succeed(stack.refresh())).changes).toEqual({});
    expect(operations(await succeed(stack.preview()))).toEqual([]);
  });

  it("changes one cluster and touches nothing of the other", async () => {
    await setClusters(stack, changedAlpha);
    const expected = ["update HTTPRoute alpha-tea.example.com"];
    expect(operations(await succeed(stack.preview()))).toEqual(expected);
    expect(operations(await succeed(stack.up()))).toEqual(expected);
    await serves(alpha, "tea.example.com", "coffee-svc");
  });

  it("goes on with one cluster while the other cannot be reached", async () => {
    await toBeta.close();
    await setClusters(stack, clusters);
    const expected = ["update HTTPRoute alpha-tea.example.com"];
    expect(operations(await succeed(stack.preview()))).toEqual(expected);
    expect(operations(await succeed(stack.up()))).toEqual(expected);
    await serves(alpha, "tea.example.com", "tea-svc");
  });

  it("says which cluster cannot be reached when something is to be done there", async () => {
    await setClusters(stack, changedBeta);
    const change = ["update HTTPRoute beta-coffee.example.com"];
    expect(operations(await succeed(stack.preview()))).toEqual(change);
    const run = await stack.up();
    expect(run.code).not.toBe(0);
    expect(operations(run)).toEqual(change);
    expect(run.output).toContain("configured Kubernetes cluster is unreachable");
  });

  it("takes another address of a cluster for a change of its provider alone", async () => {
    toBeta = await alpha.forwardCluster(beta, 7444);
    await setKubeconfigs(stack, { beta: toBeta.kubeconfig });
    // The change that could not be done is still due.
    const expected = ["update HTTPRoute beta-coffee.example.com", "update kubernetes beta"];
    expect(operations(await succeed(stack.preview()))).toEqual(expected);
    expect(operations(await succeed(stack.up()))).toEqual(expected);
    await serves(beta, "coffee.example.com", "tea-svc");
    expect((await succeed(stack.refresh())).changes).toEqual({});
  });

  it("shows no kubeconfig anywhere", async () => {
    const tokens = [tokenIn(readKubeconfig(alpha)), tokenIn(toBeta.kubeconfig)];
    const secrets = [...tokens, ...tokens.map((token) => Buffer.from(token).toString("base64"))];
    const places = { state: await stack.export(), output: story.output() };
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(1000);
      expect(secrets.filter((secret) => text.includes(secret)).length, `secrets in the ${place}`).toBe(0);
    }
    const logs = story.worlds.flatMap(({ layout }) => [layout.logs, layout.podLogs]);
    expect(filesWith(secrets, [...logs, story.folder]), "files that hold a secret").toEqual([]);
  });

  it("removes a cluster and touches nothing of the other", async () => {
    await setClusters(stack, { alpha: clusters.alpha! });
    const expected = clusterObjects("delete", "beta", "coffee.example.com");
    expect(operations(await succeed(stack.preview()))).toEqual(expected.sort());
    expect(operations(await succeed(stack.up()))).toEqual(expected.sort());
    expect(leftovers(before.beta, await takeInventory(beta)).left).toEqual([]);
    await serves(alpha, "tea.example.com", "tea-svc");
  });

  it("leaves nothing but what is meant to stay after destroy", async () => {
    await succeed(stack.destroy());
    const { left, kept } = leftovers(before.alpha, await takeInventory(alpha));
    expect(left).toEqual([]);
    expect(kept).toContain("CustomResourceDefinition certificates.cert-manager.io");
    expect(kept).toContain("Secret cafe/tea-example-com-tls");
  });
});
