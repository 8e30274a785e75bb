import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Tool, ToolGroup } from "./tools";

export interface BuildInputs {
  goVersion: string;
  platform: string;
  ldflags: readonly string[];
  package: string;
  /** Content by path, of go.mod, go.sum and the tool's own sources. */
  files: ReadonlyMap<string, string>;
}

/** Names a build by all that determines it. */
export function buildKey(inputs: BuildInputs): string {
  const hash = createHash("sha256");
  const feed = (text: string): void => void hash.update(`${Buffer.byteLength(text)}:${text}`);
  [inputs.goVersion, inputs.platform, inputs.package, ...inputs.ldflags].forEach(feed);
  for (const path of [...inputs.files.keys()].sort()) {
    feed(path);
    feed(inputs.files.get(path) ?? "");
  }
  return hash.digest("hex").slice(0, 16);
}

/** Tests do not go into a program, so changing one rebuilds nothing. */
function isSource(name: string): boolean {
  return !name.endsWith("_test.go") && !name.startsWith(".");
}

function sourcesBelow(folder: string, root: string, into: Map<string, string>): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== "testdata") sourcesBelow(path, root, into);
    else if (entry.isFile() && isSource(entry.name)) into.set(relative(root, path), readFileSync(path, "utf8"));
  }
}

/** A tool's own folder and what its module shares between tools, without the folders of the other tools. */
export function toolFiles(moduleFolder: string, group: ToolGroup, tool: Tool): Map<string, string> {
  const files = new Map<string, string>();
  for (const name of ["go.mod", "go.sum"]) files.set(name, readFileSync(join(moduleFolder, name), "utf8"));
  if (tool.folder === undefined) return files;
  const others = new Set(group.tools.map((other) => other.folder).filter((folder) => folder !== tool.folder));
  for (const entry of readdirSync(moduleFolder, { withFileTypes: true })) {
    if (entry.isDirectory() && !others.has(entry.name)) {
      sourcesBelow(join(moduleFolder, entry.name), moduleFolder, files);
    }
  }
  return files;
}

export function toolKey(group: ToolGroup, tool: Tool, moduleFolder: string, goVersion: string): string {
  const files = toolFiles(moduleFolder, group, tool);
  return buildKey({
    goVersion,
    platform: `${process.platform}-${process.arch}`,
    ldflags: group.ldflags(files.get("go.mod") ?? ""),
    package: tool.package,
    files,
  });
}
