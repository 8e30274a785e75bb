import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addresses, podBridge } from "../world/layout";
import { mustRun } from "./command";
import { identify, isAlive, type ProcessId } from "./pid";
import { waitFor } from "./wait";

/** The kernel's namespaces of one world, held by a process that only sleeps. */
export interface Namespace {
  anchor: ProcessId;
  /** With a user namespace of its own, which is what makes it work without root. */
  rootless: boolean;
}

export function unshareArguments(rootless: boolean): string[] {
  const user = rootless ? ["--user", "--map-root-user"] : [];
  // Private: no mount of a world is ever seen by the host.
  return ["unshare", ...user, "--net", "--mount", "--propagation", "private"];
}

/**
 * A command that runs `argv` inside. The shell is there for the working directory, which entering a mount
 * namespace sets to its root (and nsenter's own option for it is too new for some distributions).
 */
export function enterArguments(namespace: Namespace, argv: readonly string[], cwd: string = process.cwd()): string[] {
  const user = namespace.rootless ? ["--user", "--preserve-credentials"] : [];
  const enter = ["nsenter", "--target", String(namespace.anchor.pid), ...user, "--net", "--mount", "--"];
  return [...enter, "/bin/sh", "-c", 'cd "$1" && shift && exec "$@"', "lab", cwd, ...argv];
}

export const isUp = (namespace: Namespace): boolean => isAlive(namespace.anchor);

/** Files that name resolution reads: the host's own would lead around the namespace (systemd-resolved answers on a Unix socket). */
const resolutionFiles: Record<string, string> = {
  "resolv.conf": `nameserver ${addresses.nameserver}\noptions timeout:2 attempts:2\n`,
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
  hosts: "127.0.0.1 localhost\n::1 localhost\n",
};

function setupScript(etcFolder: string): string {
  const lines = [
    "set -e",
    "ip link set lo up",
    // Routes of type local: every address of the range is one of ours, without naming each.
    `ip route replace local ${addresses.services} dev lo`,
    `ip route replace local ${addresses.outside} dev lo`,
    `ip link show ${podBridge} >/dev/null 2>&1 || ip link add ${podBridge} type bridge`,
    `ip addr replace ${addresses.podGateway} dev ${podBridge}`,
    `ip link set ${podBridge} up`,
  ];
  for (const name of Object.keys(resolutionFiles)) {
    if (existsSync(`/etc/${name}`)) lines.push(`mount --bind '${join(etcFolder, name)}' /etc/${name}`);
  }
  // The caching daemon, where there is one, would answer from the host's network.
  if (statSync("/run/nscd", { throwIfNoEntry: false })?.isDirectory()) lines.push("mount -t tmpfs none /run/nscd");
  return lines.join("\n");
}

const linkOf = (pid: number, kind: string): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return undefined;
  }
};

/** `unshare` replaces itself by the anchor once the namespaces are there; entering it before would be the host's. */
async function unshared(pid: number, signal?: AbortSignal): Promise<void> {
  const probe = (): string | undefined => {
    if (linkOf(pid, "net") === linkOf(process.pid, "net")) return "still in the host's network";
    const command = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    return command === "sleep" ? undefined : `unshare is still at work (${command})`;
  };
  const options = { seconds: 10, every: 20, signal };
  await waitFor("the world's namespaces", () => Promise.resolve().then(probe), options);
}

export interface AnchorOptions {
  rootless: boolean;
  etcFolder: string;
  environment: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  /** Called as soon as the process is there, so that it is on record before anything can interrupt. */
  onStart: (namespace: Namespace) => void;
}

function startAnchor({ rootless, environment }: AnchorOptions): ProcessId {
  const [file, ...args] = unshareArguments(rootless);
  const child = spawn(file!, [...args, "sleep", "infinity"], { detached: true, stdio: "ignore", env: environment });
  child.on("error", () => undefined);
  child.unref();
  const id = child.pid === undefined ? undefined : identify(child.pid);
  if (!id) throw new Error("unshare: did not start; is util-linux installed?");
  return id;
}

/** Makes the namespaces with all addresses and name resolution of a world. */
export async function createNamespace(options: AnchorOptions): Promise<Namespace> {
  mkdirSync(options.etcFolder, { recursive: true });
  for (const [name, text] of Object.entries(resolutionFiles)) writeFileSync(join(options.etcFolder, name), text);
  const namespace: Namespace = { anchor: startAnchor(options), rootless: options.rootless };
  options.onStart(namespace);
  await unshared(namespace.anchor.pid, options.signal);
  const script = setupScript(options.etcFolder);
  await mustRun("the world's network", enterArguments(namespace, ["/bin/sh", "-c", script], "/"), options);
  return namespace;
}
