import type { Command } from "commander";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** How a command is told a passphrase; never as an argument, which every user of a machine can read. */
export interface PassphraseChoice {
  passphraseFile?: string;
}

const variable = "CERTFLEET_PASSPHRASE";
const shortest = 12;

export const withPassphraseOption = (command: Command): Command =>
  command.option(
    "--passphrase-file <file>",
    `file that holds the backup's passphrase (default: ${variable}, else it is asked for)`,
  );

/** The passphrase that a backup was made with. */
export async function findPassphrase({ passphraseFile }: PassphraseChoice): Promise<string> {
  if (passphraseFile !== undefined) return firstLine(passphraseFile);
  const given = process.env[variable];
  if (given) return given;
  if (process.stdin.isTTY) return ask("Passphrase of the backup: ");
  throw new Error(`no passphrase: give --passphrase-file, or set ${variable}`);
}

async function firstLine(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new Error(`--passphrase-file ${file}: the file cannot be read (${error.code ?? error.message})`);
  });
  return text.split(/\r?\n/)[0]!;
}

/** One to make a backup with: asked for twice, and not too short. */
export async function newPassphrase(choice: PassphraseChoice): Promise<string> {
  const asked = choice.passphraseFile === undefined && !process.env[variable] && process.stdin.isTTY;
  const passphrase = await findPassphrase(choice);
  if (passphrase.length < shortest) throw new Error(`the passphrase must have at least ${shortest} characters`);
  if (asked && (await ask("The same again: ")) !== passphrase) throw new Error("the two passphrases differ");
  return passphrase;
}

/** An answer that the terminal does not show. */
async function ask(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  const interrupted = new AbortController();
  terminal.once("SIGINT", () => interrupted.abort(new Error("interrupted")));
  process.stderr.write(question);
  try {
    return await terminal.question("", { signal: interrupted.signal });
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
