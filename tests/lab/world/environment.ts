import { MARK } from "../host/strays";
import { addresses, type Layout, zones } from "./layout";

const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What leads programs out of a world or around its trust, and the user's own clouds. */
const FOREIGN = new RegExp(
  "^(https?_proxy|no_proxy|all_proxy|ssl_cert_(file|dir)|node_extra_ca_certs|curl_ca_bundle|kube.*|helm_.*|pulumi_.*|" +
    "google_.*|gcloud_.*|cloudsdk_.*|cloudflare_.*)$",
  "i",
);

/** For the lab's own daemons: nothing of the user's environment reaches them, nor what would differ from run to run. */
export function daemonEnvironment(layout: Layout): Record<string, string> {
  return {
    PATH: SYSTEM_PATH,
    HOME: layout.folder,
    LANG: "C.UTF-8",
    [MARK]: layout.folder,
  };
}

/** For commands that users and tests run inside: their own environment, led to the world's API server, proxy and roots. */
export function commandEnvironment(
  layout: Layout,
  binFolders: readonly string[],
  base: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const kept = Object.entries(base).filter(([name, value]) => value !== undefined && !FOREIGN.test(name));
  // The proxy knows the API hosts only; the domains under test are reached directly.
  const noProxy = ["127.0.0.1", "localhost", "10.0.0.0/8", ...zones].join(",");
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    PATH: [...binFolders, base.PATH ?? SYSTEM_PATH].join(":"),
    KUBECONFIG: layout.kubeconfig,
    HTTPS_PROXY: `http://${addresses.proxy}`,
    https_proxy: `http://${addresses.proxy}`,
    NO_PROXY: noProxy,
    no_proxy: noProxy,
    SSL_CERT_FILE: layout.roots,
    // Go would add the host's own roots from its folder; this one holds none.
    SSL_CERT_DIR: layout.etc,
    NODE_EXTRA_CA_CERTS: layout.roots,
    CURL_CA_BUNDLE: layout.roots,
    CERTFLEET_LAB: layout.folder,
  };
}
