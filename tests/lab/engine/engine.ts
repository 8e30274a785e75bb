import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type BuildContext, ensureEngine } from "../build/build";
import { repository } from "../host/paths";
import type { InsideOptions } from "../world/world";
import { findPlugin, type Plugin, type PluginName, pluginNames } from "./plugins";
import { findPulumi, type Pulumi } from "./pulumi";

export interface Engine {
  pulumi: Pulumi;
  plugins: Record<PluginName, Plugin>;
}

/** The engine that this machine has, or a built one, with the plugins that certfleet's programs need. */
export async function findEngine(context: BuildContext): Promise<Engine> {
  const pulumi = await findPulumi(context);
  // Each has a folder of its own, or a stand-in would hide a real plugin that is further back on PATH.
  let built: Promise<string> | undefined;
  const standIn = async (name: PluginName): Promise<string> =>
    join(await (built ??= ensureEngine(context)), "stand-in", name);
  const find = async (name: PluginName): Promise<[PluginName, Plugin]> => [
    name,
    await findPlugin(name, { ...context, pulumi, standIn }),
  ];
  const plugins = Object.fromEntries(await Promise.all(pluginNames.map(find))) as Record<PluginName, Plugin>;
  return { pulumi, plugins };
}

export function describeEngine({ pulumi, plugins }: Engine): string {
  const built = `built from its module${pulumi.passedOver ? `, since ${pulumi.passedOver}` : ""}`;
  const origin = pulumi.origin === "PATH" ? pulumi.path : built;
  const lines = pluginNames.map((name) => {
    const { kind, detail } = plugins[name];
    return `  ${name} plugin: ${kind === "real" ? "the real one, " : "the lab's STAND-IN: "}${detail}`;
  });
  return [`engine: pulumi ${pulumi.version} (${origin})`, ...lines].join("\n");
}

export interface RunOptions {
  /** The run's own folder: state and settings of the engine live in it. */
  folder: string;
  env?: Record<string, string>;
  /** Folders to search first. */
  path?: readonly string[];
  cwd?: string;
  passphrase?: string;
}

/** How to run the engine inside a world: `world.exec([engine.pulumi.path, "up"], engineOptions(engine, ...))`. */
export function engineOptions(engine: Engine, options: RunOptions): InsideOptions {
  const { pulumi, plugins } = engine;
  const [home, state] = [join(options.folder, "pulumi-home"), join(options.folder, "state")];
  for (const folder of [home, state]) mkdirSync(folder, { recursive: true });
  // The repository's own folder holds the plugin under test.
  const found = pluginNames.flatMap((name) => plugins[name].path ?? []);
  const path = [...(options.path ?? []), repository, pulumi.folder, ...found];
  const env = {
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: options.passphrase ?? "lab",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    DO_NOT_TRACK: "1",
    // The engine offers its event log, which tests and the demo read, only with its debugging flags.
    PULUMI_DEBUG_COMMANDS: "true",
    ...options.env,
  };
  return { env, path, cwd: options.cwd };
}
