import { existsSync } from "node:fs";
import { open, readFile, rename, rm } from "node:fs/promises";
import { z } from "zod";
import { isSealed, seal, unseal } from "./seal";
import type { SavedSecret } from "./secrets";

const text = z.record(z.string(), z.string());

/** What is not encrypted is a list as kubectl takes it, so that a backup is of use without certfleet, too. */
const list = z.object({
  apiVersion: z.literal("v1"),
  kind: z.literal("List"),
  items: z.array(
    z.object({
      apiVersion: z.literal("v1"),
      kind: z.literal("Secret"),
      type: z.string().optional(),
      metadata: z.object({
        name: z.string(),
        namespace: z.string(),
        labels: text.optional(),
        annotations: text.optional(),
      }),
      data: text,
    }),
  ),
});

const listOf = (items: readonly SavedSecret[]): string =>
  `${JSON.stringify({ apiVersion: "v1", kind: "List", items }, undefined, 2)}\n`;

/** Asked before anything else is, so that nobody types a passphrase in vain. */
export function refuseExisting(path: string): void {
  if (existsSync(path)) throw exists(path);
}

const exists = (path: string): Error => new Error(`${path} exists already; name another file, or give --force`);

/** Writes a backup that only its owner can read, whole or not at all; encrypted where a passphrase is given. */
export async function writeBackup(
  path: string,
  secrets: readonly SavedSecret[],
  { passphrase, force }: { passphrase: string | undefined; force: boolean },
): Promise<void> {
  const plain = listOf(secrets);
  const content = passphrase === undefined ? plain : `${JSON.stringify(await seal(plain, passphrase), undefined, 2)}\n`;
  if (!force) return writeNew(path, content, path);
  const draft = `${path}.${process.pid}`;
  await writeNew(draft, content, path);
  try {
    await rename(draft, path);
  } catch (error) {
    // It may hold keys in clear.
    await rm(draft, { force: true });
    throw new Error(`${path}: the file cannot be replaced (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
}

async function writeNew(path: string, content: string, meant: string): Promise<void> {
  const file = await open(path, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") throw exists(meant);
    throw new Error(`${meant}: the file cannot be written (${error.code ?? error.message})`);
  });
  try {
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** The Secrets of a backup; the passphrase is asked for only where it is encrypted. */
export async function readBackup(path: string, passphrase: () => Promise<string>): Promise<SavedSecret[]> {
  const content = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${path}: the file cannot be read (${error.code ?? error.message})`);
  });
  try {
    const file = parse(content);
    const opened = isSealed(file) ? parse(await unseal(file, await passphrase())) : file;
    const parsed = list.safeParse(opened);
    if (!parsed.success) throw new Error("the file is no backup of certfleet's: it holds no list of Secrets");
    return parsed.data.items;
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    // A parser's error quotes what it read.
    throw new Error("the file is no backup of certfleet's: it is no JSON");
  }
}
