import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BuildContext, ensureEngine } from "../build/build";
import { run } from "../host/command";
import { isAtLeast } from "../host/requirements";

export const MINIMUM_PULUMI = "3.200";

export interface Pulumi {
  /** The program. */
  path: string;
  version: string;
  origin: "PATH" | "built";
  /** Holds it, its language host for Node and, if built, the lab's stand-in. */
  folder: string;
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

/** The user's own engine, if it is new enough and has its language host for Node. */
async function installed(signal?: AbortSignal): Promise<Pulumi | undefined> {
  const path = findOnPath("pulumi");
  if (!path) return undefined;
  const host = existsSync(join(dirname(path), "pulumi-language-nodejs")) || findOnPath("pulumi-language-nodejs");
  const version = host ? await versionOf(path, signal) : undefined;
  if (!version || !isAtLeast(version, MINIMUM_PULUMI)) return undefined;
  return { path, version, origin: "PATH", folder: dirname(path) };
}

export async function findPulumi(context: BuildContext): Promise<Pulumi> {
  const found = await installed(context.signal);
  if (found) return found;
  const folder = await ensureEngine(context);
  const path = join(folder, "pulumi");
  const version = await versionOf(path, context.signal);
  if (!version)
    throw new Error(`${path} version: fails, though it was just built; remove ${dirname(folder)} and run again`);
  return { path, version, origin: "built", folder };
}
