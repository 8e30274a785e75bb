import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { generateReference } from "../support/generate-reference";
import { generateNodeSdk, generateSchema } from "../support/generate";

const root = join(__dirname, "..", "..");
const stale = 'stale: run "npm run generate" and commit what it writes';

/** Every generated file of a folder, by its path in it. */
function filesOf(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  const own = paths.filter((path) => !/\/(bin|node_modules)\//.test(path.slice(folder.length)));
  return Object.fromEntries(own.map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]));
}

describe("what is generated", () => {
  const folder = mkdtempSync(join(tmpdir(), "certfleet-sdk-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("schema.json is what the components' definitions say", async () => {
    expect(readFileSync(join(root, "schema.json"), "utf8"), `schema.json is ${stale}`).toBe(await generateSchema());
  });

  it("docs/reference is what the definitions say", async () => {
    expect(filesOf(join(root, "docs", "reference")), `docs/reference is ${stale}`).toEqual(await generateReference());
  });

  it("sdk/nodejs is what schema.json says", async () => {
    await generateNodeSdk(join(root, "schema.json"), folder);
    expect(filesOf(join(root, "sdk", "nodejs")), `sdk/nodejs is ${stale}`).toEqual(filesOf(folder));
  });
});
