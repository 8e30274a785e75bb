import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { lastLines, run } from "../host/command";
import { cacheFolder, repository } from "../host/paths";
import type { Reporter } from "../host/progress";
import { findOnPath, type Pulumi } from "./pulumi";

/** The resource plugins that certfleet's programs need; the npm package of each has the same name. */
export const pluginNames = ["kubernetes", "gcp", "cloudflare"] as const;
export type PluginName = (typeof pluginNames)[number];

const DOWNLOAD_SECONDS = 20;
const DAY = 86_400_000;

const programOf = (name: PluginName): string => `pulumi-resource-${name}`;
const variableOf = (name: PluginName): string => `CERTFLEET_${name.toUpperCase()}_PLUGIN`;

export type PluginChoice = "real" | "stand-in";

export interface Plugin {
  kind: PluginChoice;
  /** For people: where it was found, or why it was not. */
  detail: string;
  /** Folder for PATH, unless it is found there anyway. */
  path?: string;
}

/** The npm package and the plugin are released together. */
export function sdkVersion(name: PluginName): string {
  const file = join(repository, "node_modules", "@pulumi", name, "package.json");
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
export function isUsablePlugin(folder: string, name: PluginName, wanted: string): boolean {
  const prefix = `resource-${name}-v`;
  const found = folder.startsWith(prefix) && /^(\d+)\.(\d+)\.(\d+)$/.exec(folder.slice(prefix.length));
  if (!found) return false;
  const [major = 0, minor = 0, patch = 0] = found.slice(1).map(Number);
  const [wantedMajor = 0, wantedMinor = 0, wantedPatch = 0] = wanted.split(".").map(Number);
  return major === wantedMajor && (minor > wantedMinor || (minor === wantedMinor && patch >= wantedPatch));
}

function cached(name: PluginName, version: string): Plugin | undefined {
  for (const plugins of pluginFolders().filter((folder) => existsSync(folder))) {
    const folders = readdirSync(plugins).filter((folder) => isUsablePlugin(folder, name, version));
    // A download that was cut off leaves a mark beside its folder.
    const whole = folders.find(
      (folder) => existsSync(join(plugins, folder, programOf(name))) && !existsSync(join(plugins, `${folder}.partial`)),
    );
    if (whole) {
      const detail = `${whole.slice(`resource-${name}-`.length)} from ${plugins}`;
      return { kind: "real", detail, path: join(plugins, whole) };
    }
  }
  return undefined;
}

interface Refusal {
  version: string;
  at: number;
  reason: string;
}

const refusalFile = (name: PluginName): string => join(cacheFolder(), `${name}-plugin.json`);

export function isFresh(refusal: Partial<Refusal> | undefined, version: string, now: number): refusal is Refusal {
  return refusal?.version === version && typeof refusal.at === "number" && now - refusal.at < DAY && now >= refusal.at;
}

function lastRefusal(name: PluginName): Partial<Refusal> | undefined {
  try {
    return JSON.parse(readFileSync(refusalFile(name), "utf8")) as Partial<Refusal>;
  } catch {
    return undefined;
  }
}

async function download(
  name: PluginName,
  version: string,
  pulumi: Pulumi,
  signal?: AbortSignal,
): Promise<string | undefined> {
  mkdirSync(labHome(), { recursive: true });
  const env = {
    ...process.env,
    PULUMI_HOME: labHome(),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PATH: `${pulumi.folder}:${process.env.PATH ?? ""}`,
  };
  const argv = [pulumi.path, "plugin", "install", "resource", name, `v${version}`];
  const result = await run(argv, { env, timeoutSeconds: DOWNLOAD_SECONDS, signal });
  if (result.code === 0) return undefined;
  if (result.code === 143) return `no download within ${DOWNLOAD_SECONDS} s`;
  return lastLines(result.stderr || result.stdout, 1) || `pulumi plugin install ended with ${result.code}`;
}

/** One attempt a day: a machine without the internet shall not wait for it at every run. */
async function downloaded(
  name: PluginName,
  version: string,
  { pulumi, reporter, signal }: PluginContext,
): Promise<Plugin | string> {
  const before = lastRefusal(name);
  if (isFresh(before, version, Date.now())) return `${before.reason} (tried today)`;
  const title = `downloading the ${name} plugin ${version} (at most ${DOWNLOAD_SECONDS} s)`;
  const reason = await reporter.task(title, () => download(name, version, pulumi, signal));
  if (reason === undefined) return cached(name, version) ?? "the download left no plugin";
  const refusal: Refusal = { version, at: Date.now(), reason };
  writeFileSync(refusalFile(name), `${JSON.stringify(refusal)}\n`);
  return reason;
}

export interface PluginContext {
  pulumi: Pulumi;
  reporter: Reporter;
  signal?: AbortSignal;
  /** Gives the folder with the lab's stand-in, which is built when needed. */
  standIn(name: PluginName): Promise<string>;
}

function choiceOf(name: PluginName): PluginChoice | undefined {
  const choice = process.env[variableOf(name)];
  if (choice === undefined || choice === "") return undefined;
  if (choice === "real" || choice === "stand-in") return choice;
  throw new Error(`${variableOf(name)}="${choice}": must be "real" or "stand-in", or unset to take what there is`);
}

/** The real plugin from PATH, a plugin cache or one download; else the lab's stand-in for it. */
export async function findPlugin(name: PluginName, context: PluginContext): Promise<Plugin> {
  const choice = choiceOf(name);
  const standIn = async (detail: string): Promise<Plugin> => ({
    kind: "stand-in",
    detail,
    path: await context.standIn(name),
  });
  if (choice === "stand-in") return standIn(`asked for by ${variableOf(name)}`);
  const program = findOnPath(programOf(name));
  if (program) return { kind: "real", detail: `${program}, on PATH` };
  const version = sdkVersion(name);
  const found = cached(name, version) ?? (await downloaded(name, version, context));
  if (typeof found !== "string") return found;
  if (choice === "real") throw new Error(`the ${name} plugin v${version} cannot be had: ${found}`);
  return standIn(`the real one (v${version}) cannot be had: ${found}`);
}
