import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { referencePages } from "../../provider/schema/reference/pages";
import { loadPackage } from "./package-definition";

const folder = join(__dirname, "..", "..", "docs", "reference");

/** The pages of docs/reference by file name, as they follow from the definitions. */
export async function generateReference(): Promise<Record<string, string>> {
  const options = await resolveConfig(join(folder, "index.md"));
  const pages = Object.entries(referencePages(await loadPackage()));
  const formatted = pages.map(async ([name, text]) => [name, await format(text, { ...options, filepath: name })]);
  return Object.fromEntries(await Promise.all(formatted)) as Record<string, string>;
}

/** Writes docs/reference anew; a page that nothing generates any more is gone. */
export async function writeReference(): Promise<void> {
  const pages = await generateReference();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(pages)) writeFileSync(join(folder, name), text);
}
