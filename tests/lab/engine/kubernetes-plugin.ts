import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { lastLines, run } from "../host/command";
import { cacheFolder, repository } from "../host/paths";
import type { Reporter } from "../host/progress";
import { findOnPath, type Pulumi } from "./pulumi";

const PROGRAM = "pulumi-resource-kubernetes";
const DOWNLOAD_SECONDS = 20;
const DAY = 86_400_000;

export type PluginChoice = "real" | "stand-in";

export interface KubernetesPlugin {
  kind: PluginChoice;
  /** For people: where it was found, or why it was not. */
  detail: string;
  /** Folder for PATH. */
  path?: string;
  /** Folder of plugins that holds it. */
  plugins?: string;
}

/** The npm package and the plugin are released together. */
export function sdkVersion(): string {
  const file = join(repository, "node_modules", "@pulumi", "kubernetes", "package.json");
  if (!existsSync(file)) throw new Error(`${file}: not there; run "npm install" first`);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** Plugins that were downloaded before: the user's, and the lab's own. */
const labHome = (): string => join(cacheFolder(), "pulumi");
const pluginFolders = (): string[] =>
  [process.env.PULUMI_HOME, join(homedir(), ".pulumi"), labHome()]
    .filter((home) => home !== undefined && home !== "")
    .map((home) => join(home as string, "plugins"));

/** Does a folder's name stand for a plugin that the SDK of this version can use? */
export function isUsablePlugin(name: string, wanted: string): boolean {
  const found = /^resource-kubernetes-v(\d+)\.(\d+)\.(\d+)$/.exec(name)?.slice(1).map(Number);
  const [major, minor, patch] = wanted.split(".").map(Number) as [number, number, number];
  if (!found || found[0] !== major) return false;
  const [, foundMinor = 0, foundPatch = 0] = found;
  return foundMinor > minor || (foundMinor === minor && foundPatch >= patch);
}

function cached(version: string): KubernetesPlugin | undefined {
  for (const plugins of pluginFolders().filter((folder) => existsSync(folder))) {
    const names = readdirSync(plugins).filter((name) => isUsablePlugin(name, version));
    // A download that was cut off leaves a mark beside its folder.
    const whole = names.find(
      (name) => existsSync(join(plugins, name, PROGRAM)) && !existsSync(join(plugins, `${name}.partial`)),
    );
    if (whole)
      return { kind: "real", detail: `${whole.slice("resource-kubernetes-".length)} from ${plugins}`, plugins };
  }
  return undefined;
}

interface Refusal {
  version: string;
  at: number;
  reason: string;
}

const refusalFile = (): string => join(cacheFolder(), "kubernetes-plugin.json");

export function isFresh(refusal: Partial<Refusal> | undefined, version: string, now: number): refusal is Refusal {
  return refusal?.version === version && typeof refusal.at === "number" && now - refusal.at < DAY && now >= refusal.at;
}

function lastRefusal(): Partial<Refusal> | undefined {
  try {
    return JSON.parse(readFileSync(refusalFile(), "utf8")) as Partial<Refusal>;
  } catch {
    return undefined;
  }
}

async function download(pulumi: Pulumi, version: string, signal?: AbortSignal): Promise<string | undefined> {
  mkdirSync(labHome(), { recursive: true });
  const env = {
    ...process.env,
    PULUMI_HOME: labHome(),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PATH: `${pulumi.folder}:${process.env.PATH ?? ""}`,
  };
  const argv = [pulumi.path, "plugin", "install", "resource", "kubernetes", `v${version}`];
  const result = await run(argv, { env, timeoutSeconds: DOWNLOAD_SECONDS, signal });
  if (result.code === 0) return undefined;
  if (result.code === 143) return `no download within ${DOWNLOAD_SECONDS} s`;
  return lastLines(result.stderr || result.stdout, 1) || `pulumi plugin install ended with ${result.code}`;
}

/** One attempt a day: a machine without the internet shall not wait for it at every run. */
async function downloaded(
  pulumi: Pulumi,
  version: string,
  { reporter, signal }: { reporter: Reporter; signal?: AbortSignal },
): Promise<KubernetesPlugin | string> {
  const before = lastRefusal();
  if (isFresh(before, version, Date.now())) return `${before.reason} (tried today)`;
  const title = `downloading the Kubernetes plugin ${version} (at most ${DOWNLOAD_SECONDS} s)`;
  const reason = await reporter.task(title, () => download(pulumi, version, signal));
  if (reason === undefined) return cached(version) ?? "the download left no plugin";
  const refusal: Refusal = { version, at: Date.now(), reason };
  writeFileSync(refusalFile(), `${JSON.stringify(refusal)}\n`);
  return reason;
}

export interface PluginContext {
  reporter: Reporter;
  signal?: AbortSignal;
  /** Gives the folder with the lab's stand-in, which is built when needed. */
  standIn(): Promise<string>;
  choice?: string;
}

function checkChoice(choice: string | undefined): PluginChoice | undefined {
  if (choice === undefined || choice === "") return undefined;
  if (choice === "real" || choice === "stand-in") return choice;
  throw new Error(
    `CERTFLEET_KUBERNETES_PLUGIN="${choice}": must be "real" or "stand-in", or unset to take what there is`,
  );
}

/** The real plugin from PATH, the plugin cache or one download; else the lab's stand-in for it. */
export async function findKubernetesPlugin(pulumi: Pulumi, context: PluginContext): Promise<KubernetesPlugin> {
  const choice = checkChoice(context.choice ?? process.env.CERTFLEET_KUBERNETES_PLUGIN);
  const standIn = async (detail: string): Promise<KubernetesPlugin> => ({
    kind: "stand-in",
    detail,
    path: await context.standIn(),
  });
  if (choice === "stand-in") return standIn("asked for by CERTFLEET_KUBERNETES_PLUGIN");
  const program = findOnPath(PROGRAM);
  if (program) return { kind: "real", detail: `${program}, on PATH` };
  const version = sdkVersion();
  const found = cached(version) ?? (await downloaded(pulumi, version, context));
  if (typeof found !== "string") return found;
  if (choice === "real") throw new Error(`the Kubernetes plugin v${version} cannot be had: ${found}`);
  return standIn(`the real one (v${version}) cannot be had: ${found}`);
}
