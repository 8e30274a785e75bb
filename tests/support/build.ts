import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export const root = join(__dirname, "..", "..");

/** What is compiled, and from what. */
const outputs = [
  { built: join(root, "bin", "index.js"), sources: [join(root, "tsconfig.json"), ...files(join(root, "provider"))] },
  {
    built: join(root, "sdk", "nodejs", "bin", "index.js"),
    sources: [join(root, "sdk", "nodejs", "package.json"), ...files(join(root, "sdk", "nodejs"))],
  },
];

/** Compiles the plugin and the SDK unless they are newer than every source: tests and the demo run what users run. */
export function buildPlugin(): void {
  if (outputs.every(isCurrent)) return;
  execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
}

export default buildPlugin;

function isCurrent({ built, sources }: (typeof outputs)[number]): boolean {
  return existsSync(built) && statSync(built).mtimeMs >= Math.max(...sources.map((file) => statSync(file).mtimeMs));
}

function files(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return paths.filter((path) => /\.ts$/.test(path) && !/\/(bin|node_modules)\//.test(path.slice(folder.length)));
}
