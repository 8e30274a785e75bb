import { rmSync } from "node:fs";
import { join } from "node:path";
import { chart, chartValues, defaultVersion } from "../../provider/plan/cert-manager";
import {
  cacheFolder,
  describeEngine,
  ensureBuilt,
  findEngine,
  openWorld,
  type Engine,
  type Reporter,
  type World,
} from "../lab";

export const worldName = "bench";
export const issuerName = "bench";

/** What a measurement of programs needs: a world with cert-manager and an issuer that answers at once, and an engine. */
export interface Cluster {
  world: World;
  engine: Engine;
  /** Folder of the runs: the engine's state, settings, output and event logs. */
  folder: string;
}

const issuer = {
  apiVersion: "cert-manager.io/v1",
  kind: "ClusterIssuer",
  metadata: { name: issuerName },
  spec: { selfSigned: {} },
};

interface ClusterContext {
  reporter: Reporter;
  signal: AbortSignal;
}

export async function openCluster({ reporter, signal }: ClusterContext): Promise<Cluster> {
  await ensureBuilt({ reporter, signal });
  const engine = await findEngine({ reporter, signal });
  reporter.info(describeEngine(engine));
  const world = openWorld(worldName);
  if (world.isUp()) await world.down({ reporter, signal });
  const folder = join(cacheFolder(), "runs", worldName);
  rmSync(folder, { recursive: true, force: true });
  await reporter.task("starting the world", () => world.up({ reporter, signal }));
  await reporter.task("installing cert-manager", () => installCertManager(world, signal));
  return { world, engine, folder };
}

/** As the component would install it, so that both sides find the same. */
async function installCertManager(world: World, signal: AbortSignal): Promise<void> {
  const values = JSON.stringify(chartValues({ namespace: "cert-manager", gatewayApi: true, purge: false }));
  const version = ["--version", `v${defaultVersion}`, "--values", "-", "--wait", "--timeout", "300s"];
  const argv = ["helm", "install", "cert-manager", chart, "--namespace", "cert-manager", "--create-namespace"];
  const { code, stderr } = await world.exec([...argv, ...version], { input: values, signal });
  if (code !== 0) throw new Error(`helm install cert-manager: ended with ${code}\n${stderr}`);
  await world.kubectl(["apply", "--filename", "-"], { input: JSON.stringify(issuer), signal });
  await world.kubectl(["wait", "--for=condition=Ready", `clusterissuer/${issuerName}`, "--timeout=60s"], { signal });
}

export async function makeNamespace({ world }: Cluster, name: string, signal: AbortSignal): Promise<void> {
  await world.kubectl(["create", "namespace", name], { signal });
}

/** With all that is in it: quicker than a destroy by the engine, which nothing here measures. */
export async function removeNamespace({ world }: Cluster, name: string, signal: AbortSignal): Promise<void> {
  await world.kubectl(["delete", "namespace", name, "--timeout=600s"], { signal });
}

/** cert-manager's controller at rest, while objects stand that nobody is to serve. */
export async function withoutController<T>(
  { world }: Cluster,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> {
  const scale = (replicas: number, options: { signal?: AbortSignal } = {}) =>
    world.kubectl(["scale", "deployment/cert-manager", "-n", "cert-manager", `--replicas=${replicas}`], options);
  await scale(0, { signal });
  try {
    return await action();
  } finally {
    // An interrupted run takes the whole world down.
    if (!signal.aborted) await scale(1);
  }
}

interface Listed {
  items: {
    kind: string;
    metadata: { name: string; labels?: object; annotations?: Record<string, string> };
    spec: unknown;
  }[];
}

/** What a program made in a namespace: what it asked for of each object, without what clusters and plugins add. */
export async function objectsIn({ world }: Cluster, namespace: string, signal: AbortSignal): Promise<string[]> {
  const kinds = "certificates.cert-manager.io,gateways.gateway.networking.k8s.io,httproutes.gateway.networking.k8s.io";
  const list = JSON.parse(await world.kubectl(["get", kinds, "-n", namespace, "-o", "json"], { signal })) as Listed;
  return list.items
    .map(({ kind, metadata: { name, labels, annotations }, spec }) =>
      JSON.stringify({ kind, name, labels, waitFor: annotations?.["pulumi.com/waitFor"], spec }),
    )
    .sort();
}
