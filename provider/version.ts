import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The package's folder. The working directory is the consumer's, so files are found from here. */
export const root = join(__dirname, "..");

/** The package's version, which resources that the plugin makes of itself must name. */
export const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
