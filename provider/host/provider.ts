import { readFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import type { ConstructResult, Provider } from "@pulumi/pulumi/provider";
import type { ComponentOptions } from "../components/definition";
import { dropDebugMessages } from "./logging";
import { components } from "./registry";

/** The package's folder. The working directory is the consumer's, so files are found from here. */
const root = join(__dirname, "..", "..");

/** The plugin as the SDK's server drives it. */
export function createProvider(): Provider {
  dropDebugMessages();
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return { version, getSchema: () => readFile(join(root, "schema.json"), "utf8"), construct };
}

async function construct(
  name: string,
  token: string,
  args: pulumi.Inputs,
  opts: pulumi.ComponentResourceOptions,
): Promise<ConstructResult> {
  const load = components[token];
  if (!load) throw new Error(`${token} is no component of certfleet; it has: ${Object.keys(components).join(", ")}`);
  const definition = await load();
  // Loaded here and not with the plugin, for zod comes with it.
  const { settle } = await import("../schema/settled.js");
  await settle(args);
  const component = definition.construct(name, args, opts as ComponentOptions);
  return { urn: component.urn, state: component.outputs };
}
