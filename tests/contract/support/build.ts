import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export const root = join(__dirname, "..", "..", "..");

/** Compiles the plugin unless bin/ is newer than every source: contract tests run what users run. */
export default function build(): void {
  const sources = [join(root, "tsconfig.json"), join(root, "package-lock.json"), ...files(join(root, "provider"))];
  const built = join(root, "bin", "index.js");
  const newest = Math.max(...sources.map(modified));
  if (existsSync(built) && modified(built) >= newest) return;
  const compiler = require.resolve("typescript/bin/tsc", { paths: [root] });
  execFileSync(process.execPath, [compiler, "-p", join(root, "tsconfig.json")], {
    stdio: ["ignore", "inherit", "inherit"],
  });
}

const modified = (file: string): number => statSync(file).mtimeMs;

function files(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
