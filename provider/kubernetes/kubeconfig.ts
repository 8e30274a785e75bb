import type { KubeConfig } from "@kubernetes/client-node" with { "resolution-mode": "import" };
import { ClusterError } from "./failure";

export type { KubeConfig };

/** The client library is ES modules only, and takes a second to load, so it is loaded when a cluster is first asked something. */
export const loadClientLibrary = () => import("@kubernetes/client-node");

export interface KubeconfigOptions {
  /** Instead of the current one. */
  context?: string | undefined;
  /** Where files lie that the kubeconfig names by relative paths. */
  folder?: string | undefined;
}

/** A kubeconfig from its text. What is wrong with it is said without quoting it: it holds credentials. */
export async function readKubeconfig(text: string, { context, folder }: KubeconfigOptions = {}): Promise<KubeConfig> {
  const { KubeConfig } = await loadClientLibrary();
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
    if (folder !== undefined) config.makePathsAbsolute(folder);
  } catch {
    throw new ClusterError("the kubeconfig cannot be read; it must be YAML or JSON with clusters, users and contexts");
  }
  return complete(config, context);
}

/** The kubeconfig that kubectl would use: KUBECONFIG's files, else ~/.kube/config, else that of the pod. */
export async function defaultKubeconfig(context?: string): Promise<KubeConfig> {
  const { KubeConfig } = await loadClientLibrary();
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    const why = code ? `${path ?? "a file"}: ${code}` : "a file of KUBECONFIG is no kubeconfig";
    throw new ClusterError(`the kubeconfig cannot be read (${why}); set KUBECONFIG or pass --kubeconfig`);
  }
  if (isMadeUp(config))
    throw new ClusterError(
      "there is no kubeconfig: neither KUBECONFIG nor ~/.kube/config; set one, or pass --kubeconfig",
    );
  return complete(config, context);
}

/** The library's last resort, which kubectl has given up: an API server without TLS on this machine. */
const isMadeUp = (config: KubeConfig): boolean =>
  config.getCurrentContext() === "loaded-context" && config.getCurrentCluster()?.server === "http://localhost:8080";

function complete(config: KubeConfig, context: string | undefined): KubeConfig {
  if (context !== undefined) config.setCurrentContext(context);
  const known = config.getContexts().map(({ name }) => name);
  const current = config.getCurrentContext();
  if (!known.includes(current)) throw new ClusterError(missingContext(current, known));
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new ClusterError(`the kubeconfig has no cluster for its context "${current}"`);
  const proxyUrl = cluster.proxyUrl ?? environmentProxy(cluster.server);
  if (proxyUrl === undefined) return config;
  const others = config.getClusters().filter((other) => other !== cluster);
  Object.assign(config, { clusters: [...others, { ...cluster, proxyUrl }] });
  return config;
}

function missingContext(current: string | undefined, known: readonly string[]): string {
  const offered = known.length > 0 ? `it has: ${known.join(", ")}` : "it has none";
  return current
    ? `the kubeconfig has no context "${current}" (${offered})`
    : `the kubeconfig names no current context (${offered}); set current-context`;
}

/** The proxy that the environment names for a server, as kubectl reads it. */
export function environmentProxy(server: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (!URL.canParse(server)) return undefined;
  const { protocol, hostname } = new URL(server);
  const name = protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const proxy = env[name] ?? env[name.toLowerCase()];
  if (!proxy || isLoopback(hostname)) return undefined;
  const exceptions = (env.NO_PROXY ?? env.no_proxy ?? "").split(",").map((entry) => entry.trim());
  return exceptions.some((entry) => isException(hostname, entry)) ? undefined : proxy;
}

const isLoopback = (host: string): boolean => host === "localhost" || /^127\./.test(host) || host === "[::1]";

/** Names cover what is below them; an address range is compared by its first octets, which serves /8, /16, /24 and single addresses. */
function isException(host: string, entry: string): boolean {
  if (entry === "*") return true;
  if (entry === "") return false;
  const [address, bits] = entry.split("/");
  if (bits !== undefined) {
    const octets = address!.split(".").slice(0, Math.floor(Number(bits) / 8));
    return octets.length > 0 && host.split(".").slice(0, octets.length).join() === octets.join();
  }
  const name = entry.replace(/^\*?\./, "");
  return host === name || host.endsWith(`.${name}`);
}
