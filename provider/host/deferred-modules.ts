import Module, { createRequire } from "node:module";
import { dirname } from "node:path";

const load = createRequire(__filename);

/**
 * What the SDK loads and a plugin never uses: the Automation API, and what functions are written down with for dynamic providers, a
 * TypeScript compiler and npm's reader of package trees. They are more than half of the memory and of the time that loading it takes.
 */
const unused = ["@pulumi/pulumi/automation", "@pulumi/pulumi/typescript-shim", "@npmcli/arborist"];

/** Lets these modules be loaded by their first use, which does not come, instead of by the SDK. */
export function deferUnusedModules(): void {
  const sdk = dirname(load.resolve("@pulumi/pulumi/package.json"));
  for (const name of unused) {
    const file = load.resolve(name, { paths: [sdk] });
    // The SDK's own plugin runner has loaded them before this plugin.
    if (!load.cache[file]) load.cache[file] = deferred(file);
  }
}

function deferred(file: string): Module {
  const standIn = new Module(file);
  const real = (): Record<PropertyKey, unknown> => {
    if (load.cache[file] === standIn) delete load.cache[file];
    return load(file) as Record<PropertyKey, unknown>;
  };
  standIn.filename = file;
  standIn.loaded = true;
  // As an ES module it is used as it is; of any other TypeScript's import helpers would copy the properties, and so load it.
  standIn.exports = new Proxy({}, { get: (_target, key) => (key === "__esModule" ? true : real()[key]) });
  return standIn;
}
