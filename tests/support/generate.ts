import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { packageSchema } from "../../provider/schema/package";
import { ensureEngine, TerminalReporter } from "../lab";
import { writeReference } from "./generate-reference";
import { loadPackage } from "./package-definition";

const root = join(__dirname, "..", "..");

/** schema.json as it follows from the components' definitions. */
export async function generateSchema(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const file = join(root, "schema.json");
  const options = await resolveConfig(file);
  return format(JSON.stringify(packageSchema(version, await loadPackage())), { ...options, filepath: file });
}

/** The Node.js SDK of a schema file, written to a folder. What is built or installed there is kept. */
export async function generateNodeSdk(schema: string, out: string): Promise<void> {
  const sdkgen = join(await ensureEngine({ reporter: new TerminalReporter() }), "sdkgen");
  const kept = ["bin", "node_modules"];
  execFileSync(sdkgen, ["--schema", schema, "--language", "nodejs", "--out", out, "--keep", kept.join(",")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  completePackage(join(out, "package.json"));
}

/** The generator leaves to a publishing pipeline what makes its package.json installable. */
function completePackage(file: string): void {
  const generated = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  // The SDK reads its version from a package.json beside the compiled files.
  const build = "tsc && node -e \"require('fs').copyFileSync('package.json','bin/package.json')\"";
  const complete = { ...generated, main: "bin/index.js", types: "bin/index.d.ts", files: ["bin"], scripts: { build } };
  writeFileSync(file, `${JSON.stringify(complete, null, 2)}\n`);
}

async function main(): Promise<void> {
  const schema = join(root, "schema.json");
  writeFileSync(schema, await generateSchema());
  await writeReference();
  await generateNodeSdk(schema, join(root, "sdk", "nodejs"));
}

if (require.main === module) void main();
