import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type BuildContext, ensureEngine } from "../build/build";
import { repository } from "../host/paths";
import type { InsideOptions } from "../world/world";
import { findKubernetesPlugin, type KubernetesPlugin } from "./kubernetes-plugin";
import { findPulumi, type Pulumi } from "./pulumi";

export interface Engine {
  pulumi: Pulumi;
  kubernetesPlugin: KubernetesPlugin;
}

/** The engine that this machine has, or a built one, with a Kubernetes plugin. */
export async function findEngine(context: BuildContext): Promise<Engine> {
  const pulumi = await findPulumi(context);
  const standIn = async (): Promise<string> => join(await ensureEngine(context), "stand-in");
  return { pulumi, kubernetesPlugin: await findKubernetesPlugin(pulumi, { ...context, standIn }) };
}

export function describeEngine({ pulumi, kubernetesPlugin }: Engine): string {
  const built = `built from its module${pulumi.passedOver ? `, since ${pulumi.passedOver}` : ""}`;
  const origin = pulumi.origin === "PATH" ? pulumi.path : built;
  const plugin =
    kubernetesPlugin.kind === "real"
      ? `the real one, ${kubernetesPlugin.detail}`
      : `the lab's STAND-IN: ${kubernetesPlugin.detail}`;
  return `engine: pulumi ${pulumi.version} (${origin}); Kubernetes plugin: ${plugin}`;
}

export interface RunOptions {
  /** The run's own folder: state, plugins and settings of the engine live in it. */
  folder: string;
  env?: Record<string, string>;
  /** Folders to search first. */
  path?: readonly string[];
  cwd?: string;
  passphrase?: string;
}

/** Makes the engine's home in the run's folder; the engine sees plugins there, wherever they are. */
function prepareHome(folder: string, plugin: KubernetesPlugin): { home: string; state: string } {
  const [home, state] = [join(folder, "pulumi-home"), join(folder, "state")];
  for (const path of [home, state]) mkdirSync(path, { recursive: true });
  if (plugin.plugins) {
    // A link to the whole folder, because the engine passes over links inside of it.
    const link = join(home, "plugins");
    rmSync(link, { recursive: true, force: true });
    symlinkSync(plugin.plugins, link);
  }
  return { home, state };
}

/** How to run the engine inside a world: `world.exec([engine.pulumi.path, "up"], engineOptions(engine, ...))`. */
export function engineOptions(engine: Engine, options: RunOptions): InsideOptions {
  const { pulumi, kubernetesPlugin } = engine;
  const { home, state } = prepareHome(options.folder, kubernetesPlugin);
  // The repository's own folder holds the plugin under test.
  const standIn = kubernetesPlugin.path ? [kubernetesPlugin.path] : [];
  const path = [...(options.path ?? []), repository, pulumi.folder, ...standIn];
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
