import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/** The lab's folder in the checkout: sources of the tools and of this driver. */
export const labFolder = resolve(__dirname, "..");
export const repository = resolve(labFolder, "..", "..");
export const toolsFolder = join(labFolder, "tools");

/** All that the lab builds or runs lives here, outside the checkout, so that clones share it and `git clean` costs nothing. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_CACHE_HOME;
  // The XDG specification says that relative values are to be ignored.
  return join(base && isAbsolute(base) ? base : join(homedir(), ".cache"), "certfleet");
}

export const labCache = (): string => join(cacheFolder(), "lab");

const WORLD_NAME = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/;

/** The folder of one world. Unix sockets live in it, whose paths Linux limits to 107 bytes. */
export function worldFolder(name: string): string {
  if (!WORLD_NAME.test(name)) {
    throw new Error(
      `world name "${name}": must be 1 to 32 of a-z, 0-9 and "-", with a letter or digit at both ends; for example "default"`,
    );
  }
  const folder = join(cacheFolder(), "worlds", name);
  if (Buffer.byteLength(join(folder, "apiserver.sock")) > 107) {
    throw new Error(
      `world folder ${folder}: too long for the Unix sockets in it (107 bytes); set XDG_CACHE_HOME to a shorter path`,
    );
  }
  return folder;
}
