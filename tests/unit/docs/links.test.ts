import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { anchorsOf, linksOf } from "../../support/markdown";

const root = join(__dirname, "..", "..", "..");

/** Every page that people read: those of the root, of docs and of the examples. */
function pages(): string[] {
  const below = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".md") && !path.includes("node_modules"))
      .map((path) => join(root, folder, path));
  const own = readdirSync(root).filter((name) => name.endsWith(".md"));
  return [...own.map((name) => join(root, name)), ...below("docs"), ...below("examples")];
}

/** Why a link of a page leads nowhere; undefined if it leads somewhere. */
function broken(page: string, link: string): string | undefined {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : resolve(dirname(page), path);
  const where = `${relative(root, page)}: ${link}`;
  if (!existsSync(target)) return `${where}: no such file`;
  if (anchor === undefined || statSync(target).isDirectory()) return undefined;
  return anchorsOf(readFileSync(target, "utf8")).includes(anchor) ? undefined : `${where}: no such heading`;
}

describe("anchors", () => {
  it("are those of GitHub", () => {
    const page =
      "# One, `two` and-three\n\n```sh\n# no heading\n```\n\n## Same\n\n## Same\n\n### What a [link](x.md) says\n";
    expect(anchorsOf(page)).toEqual(["one-two-and-three", "same", "same-1", "what-a-link-says"]);
  });
});

describe("links", () => {
  it("are told from code and from addresses", () => {
    const page = "[a](b.md#c) `[x](y)` [web](https://example.com) [d](#e)\n\n```ts\n[f](g)\n```\n";
    expect(linksOf(page)).toEqual(["b.md#c", "#e"]);
  });

  it("of all pages lead to files and headings that exist", () => {
    const links = pages().flatMap((page) => linksOf(readFileSync(page, "utf8")).map((link) => broken(page, link)));
    expect(links.length).toBeGreaterThan(50);
    expect(links.filter((problem) => problem !== undefined)).toEqual([]);
  });
});
