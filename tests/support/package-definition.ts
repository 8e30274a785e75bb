import { registry } from "../../provider/host/registry";
import { providerConfigArgs } from "../../provider/plan/provider-config";
import type { PackageDefinition } from "../../provider/schema/definition";

/** Everything that the package serves, as the host's registry has it. */
export async function loadPackage(): Promise<PackageDefinition> {
  return {
    components: await Promise.all(Object.values(registry.components).map((load) => load())),
    resources: await Promise.all(Object.values(registry.resources).map((load) => load())),
    config: providerConfigArgs,
  };
}
