import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { createHash, randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { labCache } from "../host/paths";

/** Finished programs and files, each under the key of its build; nothing in it is ever changed in place. */
const storeFolder = (): string => join(labCache(), "store");

const draftsFolder = (): string => join(labCache(), "drafts");

export function storedPath(name: string, key: string): string {
  return join(storeFolder(), `${name.replaceAll("/", "_")}-${key}`, name.split("/").at(-1) ?? name);
}

/** The path, noted as used: what is not used for long is removed. */
export function useStored(name: string, key: string): string {
  const path = storedPath(name, key);
  markUsed([dirname(path)]);
  return path;
}

export function isStored(name: string, key: string): boolean {
  return existsSync(storedPath(name, key));
}

/** Of two that make the same thing at once, the first one wins; both are as good. */
function moveUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

/** Moves a draft into the store, in one step for whoever looks. */
export function store(name: string, key: string, draft: string): void {
  const target = dirname(storedPath(name, key));
  const holder = `${draft}.stored`;
  mkdirSync(holder);
  mkdirSync(dirname(target), { recursive: true });
  renameSync(draft, join(holder, name.split("/").at(-1) ?? name));
  moveUnlessThere(holder, target);
}

/** Gives `action` a folder for drafts on the store's own file system, from where they can be renamed into it. */
export async function withDraft<T>(action: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = join(draftsFolder(), randomUUID());
  mkdirSync(folder, { recursive: true });
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Link {
  /** Path below the bin folder. */
  name: string;
  target: string;
}

/** Hard links, since programs that look for others beside themselves resolve symbolic ones. */
function place(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  try {
    linkSync(target, path);
  } catch {
    copyFileSync(target, path);
  }
}

/** A bin folder with exactly these programs; the same programs give the same folder. */
export async function binFolder(links: readonly Link[]): Promise<string> {
  const text = links.map((link) => `${link.name}=${link.target}`).sort();
  const key = createHash("sha256").update(text.join("\n")).digest("hex").slice(0, 16);
  const bin = join(labCache(), key, "bin");
  if (!existsSync(bin)) {
    await withDraft((draft) => {
      for (const link of links) place(link.target, join(draft, "bin", link.name));
      mkdirSync(dirname(bin), { recursive: true });
      moveUnlessThere(join(draft, "bin"), bin);
    });
  }
  markUsed([dirname(bin), ...links.map((link) => dirname(link.target))]);
  return bin;
}

function markUsed(folders: readonly string[]): void {
  const now = new Date();
  for (const folder of folders) utimesSync(folder, now, now);
}

const DAY = 86_400_000;
const KEEP_DAYS = 21;

function removeOlder(parent: string, days: number, now: number, keep: readonly string[] = []): void {
  for (const name of existsSync(parent) ? readdirSync(parent) : []) {
    const path = join(parent, name);
    const stat = keep.includes(path) ? undefined : statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() && now - stat.mtimeMs > days * DAY) rmSync(path, { recursive: true, force: true });
  }
}

/** Builds of other branches stay for a while after their last use; drafts that a killed build has left do not. */
export function prune(now = Date.now()): void {
  removeOlder(draftsFolder(), 1, now);
  removeOlder(storeFolder(), KEEP_DAYS, now);
  // The rest are the bin folders.
  removeOlder(labCache(), KEEP_DAYS, now, [draftsFolder(), storeFolder()]);
}
