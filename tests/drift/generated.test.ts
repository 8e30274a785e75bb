import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ensureEngine, run, TerminalReporter } from "../lab";
import { generateReference } from "../support/generate-reference";
import { generateSchema, generateSdk, languages } from "../support/generate";

const root = join(__dirname, "..", "..");
const schema = join(root, "schema.json");
const stale = 'stale: run "npm run generate" and commit what it writes';

/** What building and installing leave in an SDK's folder. */
const built = /\/(bin|node_modules|build|dist|__pycache__|[^/]+\.egg-info)\//;

/** Every generated file of a folder, by its path in it. */
function filesOf(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  const own = paths.filter((path) => !built.test(path.slice(folder.length)));
  return Object.fromEntries(own.map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]));
}

describe("what is generated", () => {
  const scratch = mkdtempSync(join(tmpdir(), "certfleet-sdk-"));
  afterAll(() => rmSync(scratch, { recursive: true }));

  it("schema.json is what the components' definitions say", async () => {
    expect(readFileSync(schema, "utf8"), `schema.json is ${stale}`).toBe(await generateSchema());
  });

  it("docs/reference is what the definitions say", async () => {
    expect(filesOf(join(root, "docs", "reference")), `docs/reference is ${stale}`).toEqual(await generateReference());
  });

  it("schema.json is without a fault for the engine", async () => {
    const pulumi = join(await ensureEngine({ reporter: new TerminalReporter() }), "pulumi");
    const env = { ...process.env, PULUMI_HOME: scratch, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { code, stdout, stderr } = await run([pulumi, "schema", "check", schema], { env });
    expect({ code, said: stdout + stderr }).toEqual({ code: 0, said: "" });
  });

  it.each(languages)("sdk/%s is what schema.json says", async (language) => {
    const fresh = join(scratch, language);
    await generateSdk(language, schema, fresh);
    expect(filesOf(join(root, "sdk", language)), `sdk/${language} is ${stale}`).toEqual(filesOf(fresh));
  });
});
