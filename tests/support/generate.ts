import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { components } from "../../provider/host/registry";
import { packageSchema } from "../../provider/schema/package";

export const root = join(__dirname, "..", "..");

/** schema.json as it follows from the components' definitions. */
export async function generateSchema(): Promise<string> {
  const { version } = (await import("../../package.json")) as { version: string };
  const definitions = await Promise.all(Object.values(components).map((load) => load()));
  const file = join(root, "schema.json");
  const options = await resolveConfig(file);
  return format(JSON.stringify(packageSchema(version, definitions)), { ...options, filepath: file });
}

async function main(): Promise<void> {
  writeFileSync(join(root, "schema.json"), await generateSchema());
}

if (require.main === module) void main();
