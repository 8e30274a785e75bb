import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BuildContext, ensureEngine } from "../build/build";
import { run } from "../host/command";
import { isAtLeast } from "../host/requirements";

export const MINIMUM_PULUMI = "3.200";

/** One for each language that examples are written in. */
const LANGUAGE_HOSTS = ["pulumi-language-nodejs", "pulumi-language-python", "pulumi-language-go"] as const;

export interface Pulumi {
  /** The program. */
  path: string;
  version: string;
  origin: "PATH" | "built";
  /** Holds it, its language hosts and, if built, the lab's stand-in. */
  folder: string;
  /** Why the one on PATH was not taken, if there is one. */
  passedOver?: string;
}

export function findOnPath(name: string, path = process.env.PATH ?? ""): string | undefined {
  return path
    .split(":")
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

async function versionOf(path: string, signal?: AbortSignal): Promise<string | undefined> {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const result = await run([path, "version"], { env, timeoutSeconds: 30, signal }).catch(() => undefined);
  return result?.code === 0 ? result.stdout.trim() : undefined;
}

/** What keeps an engine from running the examples: its age, or language hosts neither beside it nor on PATH. */
export function shortcomings(path: string, version: string | undefined, searchPath = process.env.PATH): string[] {
  const missing = LANGUAGE_HOSTS.filter((host) => !findOnPath(host, `${dirname(path)}:${searchPath ?? ""}`));
  return [
    ...(version === undefined ? ['"pulumi version" fails'] : []),
    ...(version && !isAtLeast(version, MINIMUM_PULUMI)
      ? [`it is ${version}, needed is ${MINIMUM_PULUMI} or later`]
      : []),
    ...missing.map((host) => `${host} is missing`),
  ];
}

/** The user's own engine, or why it will not do; undefined if there is none. */
async function installed(signal?: AbortSignal): Promise<Pulumi | string | undefined> {
  const path = findOnPath("pulumi");
  if (!path) return undefined;
  const version = await versionOf(path, signal);
  const lacks = shortcomings(path, version);
  if (version === undefined || lacks.length > 0) return `${path} was passed over: ${lacks.join(", ")}`;
  return { path, version, origin: "PATH", folder: dirname(path) };
}

export async function findPulumi(context: BuildContext): Promise<Pulumi> {
  const found = await installed(context.signal);
  if (typeof found === "object") return found;
  const folder = await ensureEngine(context);
  const path = join(folder, "pulumi");
  const version = await versionOf(path, context.signal);
  if (!version)
    throw new Error(`${path} version: fails, though it was just built; remove ${dirname(folder)} and run again`);
  return { path, version, origin: "built", folder, passedOver: found };
}
