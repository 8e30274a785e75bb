import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "../../support/build";

/** A module of the plugin as it was compiled: what it shares with the host, it then shares as one copy. */
export function built<Module>(path: string): Module {
  return createRequire(__filename)(join(root, "bin", `${path}.js`)) as Module;
}
