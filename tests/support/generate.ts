import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { packageSchema } from "../../provider/schema/package";
import { ensureEngine, TerminalReporter } from "../lab";
import { writeReference } from "./generate-reference";
import { completeGoModule } from "./go-module";
import { loadPackage } from "./package-definition";

const root = join(__dirname, "..", "..");

/** The languages that have an SDK, each in a folder of that name below sdk/. */
export const languages = ["nodejs", "python", "go"] as const;
type Language = (typeof languages)[number];

interface Completion {
  /** What is built or installed in the SDK's folder and stays there. */
  keep: readonly string[];
  /** Adds what the generator leaves to a publishing pipeline, though a package cannot be installed without it. */
  complete(out: string, schema: string): void | Promise<void>;
}

const completions: Record<Language, Completion> = {
  nodejs: { keep: ["bin", "node_modules"], complete: (out) => completePackageJson(join(out, "package.json")) },
  python: { keep: [], complete: copyReadme },
  go: { keep: [], complete: completeGoModule },
};

/** schema.json as it follows from the components' definitions. */
export async function generateSchema(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const file = join(root, "schema.json");
  const options = await resolveConfig(file);
  return format(JSON.stringify(packageSchema(version, await loadPackage())), { ...options, filepath: file });
}

/** The SDK of a schema file in one language, as a package that can be installed, written to a folder. */
export async function generateSdk(language: Language, schema: string, out: string): Promise<void> {
  const sdkgen = join(await ensureEngine({ reporter: new TerminalReporter() }), "sdkgen");
  const completion = completions[language];
  const argv = ["--schema", schema, "--language", language, "--out", out, "--keep", completion.keep.join(",")];
  execFileSync(sdkgen, argv, { stdio: ["ignore", "ignore", "inherit"] });
  await completion.complete(out, schema);
}

function completePackageJson(file: string): void {
  const generated = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  // The SDK reads its version from a package.json beside the compiled files.
  const build = "tsc && node -e \"require('fs').copyFileSync('package.json','bin/package.json')\"";
  const complete = { ...generated, main: "bin/index.js", types: "bin/index.d.ts", files: ["bin"], scripts: { build } };
  writeFileSync(file, `${JSON.stringify(complete, null, 2)}\n`);
}

/** pyproject.toml asks for a README beside itself, and the generator writes the only one into the module. */
function copyReadme(out: string): void {
  copyFileSync(join(out, "pulumi_certfleet", "README.md"), join(out, "README.md"));
}

async function main(): Promise<void> {
  const schema = join(root, "schema.json");
  writeFileSync(schema, await generateSchema());
  await writeReference();
  for (const language of languages) await generateSdk(language, schema, join(root, "sdk", language));
}

if (require.main === module) void main();
