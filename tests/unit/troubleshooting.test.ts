import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(__dirname, "..", "..");
const page = readFileSync(join(root, "docs", "troubleshooting.md"), "utf8").replace(/\s+/g, " ");

/** Every text of an error in the rules and checks of args: the literals that begin as reasons do, but those for the reference alone. */
function texts(): string[] {
  const names = readdirSync(join(root, "provider"), { encoding: "utf8", recursive: true });
  // The reference's own words and what `npm run generate` refuses are no errors of a program.
  const files = names.filter((name) => name.endsWith(".ts") && !name.startsWith("schema/reference/"));
  const sources = files.map((name) => readFileSync(join(root, "provider", name), "utf8")).join("\n");
  const literals = [
    ...sources.matchAll(
      /(?<!(?:constraint|default):\s*)(["'`])((?:is|must|has|makes|stands|needs|names|contradicts|lies|the) (?:\\.|(?!\1).)+)\1/gs,
    ),
  ];
  return literals.map(([, , text]) => text!.replace(/\\(.)/g, "$1")).filter((text) => /[;,(]|must/.test(text));
}

describe("docs/troubleshooting.md", () => {
  it.each(texts())("knows the error %j", (text) => {
    // What differs from error to error stands as "..." there; the longest part that does not is looked for.
    const parts = text.split(/\$\{[^}]*\}/).flatMap((part) => part.split(";"));
    const longest = parts.map((part) => part.replace(/\s+/g, " ").trim()).sort((a, b) => b.length - a.length)[0]!;
    expect(page.includes(longest), `${JSON.stringify(longest)} is not on the page`).toBe(true);
  });
});
