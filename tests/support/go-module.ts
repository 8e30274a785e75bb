import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { engineTools, goEnvironment, goFailure, run, versionIn } from "../lab";

const PULUMI = "github.com/pulumi/pulumi/sdk/v3";

interface Schema {
  language: { go: { importBasePath: string } };
}

/**
 * Makes the generated Go package a module, with its root where the package is: there language hosts find the
 * pulumi-plugin.json of a module. It requires Pulumi's SDK in the engine's version or later; what else it takes follows.
 */
export async function completeGoModule(out: string, schema: string): Promise<void> {
  const { importBasePath } = (JSON.parse(readFileSync(schema, "utf8")) as Schema).language.go;
  const cwd = join(out, basename(importBasePath));
  const requirement = `${PULUMI} ${versionIn(engineTools, PULUMI)}`;
  writeFileSync(join(cwd, "go.mod"), `module ${importBasePath}\n\ngo 1.25\n\nrequire ${requirement}\n`);
  const { code, stderr } = await run(["go", "mod", "tidy"], { cwd, env: goEnvironment() });
  if (code !== 0) throw goFailure(`go mod tidy in ${cwd}`, code, stderr);
}
