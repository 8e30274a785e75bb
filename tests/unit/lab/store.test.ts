import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { binFolder, isStored, prune, store, storedPath, useStored, withDraft } from "../../lab/build/store";
import { labCache } from "../../lab/host/paths";

const before = process.env.XDG_CACHE_HOME;
let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "certfleet-store-"));
  process.env.XDG_CACHE_HOME = cache;
});
afterEach(() => {
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
  rmSync(cache, { recursive: true });
});

const put = (name: string, key: string, text: string): Promise<void> =>
  withDraft((folder) => {
    writeFileSync(join(folder, "file"), text);
    store(name, key, join(folder, "file"));
  });

describe("the store", () => {
  it("keeps what is put into it under its key", async () => {
    expect(isStored("edge", "k1")).toBe(false);
    await put("edge", "k1", "one");
    expect(isStored("edge", "k1")).toBe(true);
    expect(isStored("edge", "k2")).toBe(false);
    expect(readFileSync(storedPath("edge", "k1"), "utf8")).toBe("one");
  });

  it("takes the same thing twice, as two builders may give it", async () => {
    await put("edge", "k1", "one");
    await put("edge", "k1", "one again");
    expect(readFileSync(storedPath("edge", "k1"), "utf8")).toBe("one");
  });

  it("leaves no draft, also when making one fails", async () => {
    await put("edge", "k1", "one");
    await expect(withDraft(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(readdirSync(join(labCache(), "drafts"))).toEqual([]);
  });
});

describe("a bin folder", () => {
  const link = (name: string): { name: string; target: string } => ({ name, target: storedPath("edge", "k1") });

  it("is the same for the same programs, in any order", async () => {
    await put("edge", "k1", "one");
    const bin = await binFolder([link("edge"), link("stand-in/edge")]);
    expect(await binFolder([link("stand-in/edge"), link("edge")])).toBe(bin);
    expect(readFileSync(join(bin, "stand-in", "edge"), "utf8")).toBe("one");
    expect(await binFolder([link("edge")])).not.toBe(bin);
  });
});

describe("prune", () => {
  const DAY = 86_400_000;
  const age = (path: string, days: number): void => {
    const then = new Date(Date.now() - days * DAY);
    utimesSync(path, then, then);
  };

  it("removes what has not been used for long, and old drafts", async () => {
    await put("edge", "old", "one");
    await put("edge", "used", "two");
    await put("edge", "new", "three");
    const bin = await binFolder([{ name: "edge", target: storedPath("edge", "new") }]);
    const draft = join(labCache(), "drafts", "killed");
    mkdirSync(draft);
    age(dirname(storedPath("edge", "old")), 30);
    age(dirname(storedPath("edge", "used")), 30);
    age(draft, 2);
    useStored("edge", "used");
    prune();
    expect(isStored("edge", "old")).toBe(false);
    expect(isStored("edge", "used")).toBe(true);
    expect(existsSync(bin)).toBe(true);
    expect(existsSync(draft)).toBe(false);
    age(dirname(bin), 30);
    age(join(labCache(), "store"), 30);
    prune();
    expect(existsSync(bin)).toBe(false);
    expect(isStored("edge", "new")).toBe(true);
  });
});
