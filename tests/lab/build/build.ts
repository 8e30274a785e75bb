import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, statfsSync } from "node:fs";
import { basename, join } from "node:path";
import { labCache, toolsFolder } from "../host/paths";
import { withLock } from "../host/lock";
import type { Reporter } from "../host/progress";
import { goBuild, goVersion, moduleFolderOf } from "./go";
import { toolKey } from "./key";
import { binFolder, isStored, type Link, store, storedPath, withDraft } from "./store";
import {
  builtName,
  engineTools,
  languageHostScripts,
  languageHostTools,
  requiredVersion,
  type Tool,
  type ToolGroup,
} from "./tools";

export interface BuildContext {
  reporter: Reporter;
  signal?: AbortSignal;
}

interface Keyed {
  tool: Tool;
  key: string;
}

export const moduleFolder = (group: ToolGroup): string => join(toolsFolder, group.module);

const goModOf = (group: ToolGroup): string => readFileSync(join(moduleFolder(group), "go.mod"), "utf8");

/** The version of a module that a group of tools is built with. */
export function versionIn(group: ToolGroup, module: string): string {
  return requiredVersion(goModOf(group), module);
}

export async function withBuildLock<T>(action: () => Promise<T>, { reporter, signal }: BuildContext): Promise<T> {
  const onWait = (holder: { pid: number }): void =>
    reporter.info(`  another build of the lab is running (process ${holder.pid}): waiting for it`);
  return withLock(join(labCache(), "build.lock"), action, { signal, onWait });
}

function keepBuilt(keyed: readonly Keyed[], draft: string): void {
  for (const { tool, key } of keyed) {
    const candidates = builtName(tool.package).map((name) => join(draft, name));
    const file = candidates.find((path) => existsSync(path));
    if (!file) throw new Error(`${tool.package}: go build made none of ${candidates.join(", ")}`);
    store(tool.name, key, file);
  }
}

const FIRST_BUILD_BYTES = 16e9;

/** A first build compiles Kubernetes and more; better to hear of a full disk before than after a quarter of an hour. */
function warnOfSmallDisk(group: ToolGroup, missing: readonly Keyed[], { reporter }: BuildContext): void {
  if (missing.length < group.tools.length) return;
  mkdirSync(labCache(), { recursive: true });
  const { bavail, bsize } = statfsSync(labCache());
  const free = bavail * bsize;
  if (free > FIRST_BUILD_BYTES) return;
  const gigabytes = (bytes: number): string => `${Math.round(bytes / 1e9)} GB`;
  reporter.info(
    `  ${gigabytes(free)} of disk are free at ${labCache()}; a first build with empty caches of Go takes up to ${gigabytes(FIRST_BUILD_BYTES)}`,
  );
}

async function buildMissing(group: ToolGroup, missing: readonly Keyed[], context: BuildContext): Promise<void> {
  warnOfSmallDisk(group, missing, context);
  const names = missing.map(({ tool }) => tool.name.split("/").at(-1)).join(", ");
  await context.reporter.task(`building ${names}`, (task) =>
    withDraft(async (output) => {
      const packages = missing.map(({ tool }) => tool.package);
      const build = { what: `building ${names}`, moduleFolder: moduleFolder(group), packages, output, task };
      await goBuild({ ...build, ldflags: group.ldflags(goModOf(group)), signal: context.signal });
      keepBuilt(missing, output);
    }),
  );
}

/** Builds what the store lacks of a group, and gives the programs with their names in a bin folder. */
export async function ensureGroup(group: ToolGroup, context: BuildContext): Promise<Link[]> {
  const version = await goVersion(moduleFolder(group));
  const keyed = group.tools.map((tool) => ({ tool, key: toolKey(group, tool, moduleFolder(group), version) }));
  const missing = (): Keyed[] => keyed.filter(({ tool, key }) => !isStored(tool.name, key));
  if (missing().length > 0) {
    // What another build made while this one waited for the lock is not built again.
    await withBuildLock(async () => {
      if (missing().length > 0) await buildMissing(group, missing(), context);
    }, context);
  }
  return keyed.flatMap(({ tool, key }) =>
    [tool.name, ...(tool.aliases ?? [])].map((name) => ({ name, target: storedPath(tool.name, key) })),
  );
}

/** A script of the language hosts' module; Go's module cache drops the executable bit. */
async function ensureScript(path: string, { signal }: BuildContext): Promise<Link> {
  const { module } = languageHostScripts;
  const name = basename(path);
  const version = versionIn(languageHostTools, module);
  if (!isStored(name, version)) {
    const source = join(await moduleFolderOf(module, version, signal), path);
    await withDraft((folder) => {
      copyFileSync(source, join(folder, name));
      chmodSync(join(folder, name), 0o755);
      store(name, version, join(folder, name));
    });
  }
  return { name, target: storedPath(name, version) };
}

/** The engine with its language hosts, for machines that have none. */
export async function ensureEngine(context: BuildContext): Promise<string> {
  const programs = [...(await ensureGroup(engineTools, context)), ...(await ensureGroup(languageHostTools, context))];
  const scripts = await Promise.all(languageHostScripts.paths.map((path) => ensureScript(path, context)));
  return binFolder([...programs, ...scripts]);
}
