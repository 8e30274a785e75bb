import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandResult, ExecOptions, World } from "../../lab";

const root = join(__dirname, "..", "..", "..");
const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { bin: { certfleet: string } };

/** The command certfleet as a user runs it, inside a world, where KUBECONFIG leads to its cluster. */
export const certfleet = (world: World, argv: readonly string[], options: ExecOptions = {}): Promise<CommandResult> =>
  world.exec([process.execPath, join(root, bin.certfleet), ...argv], options);
