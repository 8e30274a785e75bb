import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { withLock } from "../../lab/host/lock";
import { bootId, identify } from "../../lab/host/pid";
import { sleep } from "../../lab/host/wait";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "certfleet-lock-"));
  path = join(folder, "build.lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

it("is held by this process, and gone afterwards", async () => {
  const result = await withLock(path, () => Promise.resolve(JSON.parse(readFileSync(path, "utf8")) as object));
  expect(result).toEqual(identify(process.pid));
  expect(existsSync(path)).toBe(false);
});

it("is gone after a failure too", async () => {
  await expect(withLock(path, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(existsSync(path)).toBe(false);
});

it("lets one in at a time", async () => {
  const onWait = vi.fn();
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await sleep(20);
    inside--;
  };
  await Promise.all([1, 2, 3, 4].map(() => withLock(path, work, { onWait })));
  expect(most).toBe(1);
  expect(onWait).toHaveBeenCalled();
});

it.each([
  ["of a process that is gone", { pid: 2 ** 22 + 1, startTime: "1", boot: bootId() }],
  ["whose pid another process has by now", { ...identify(process.pid)!, startTime: "1" }],
  ["of another boot", { ...identify(process.pid)!, boot: "before" }],
])("is taken over from a holder %s", async (_, holder) => {
  writeFileSync(path, JSON.stringify(holder));
  expect(await withLock(path, () => Promise.resolve("done"))).toBe("done");
});

it("is taken over when its file makes no sense", async () => {
  writeFileSync(path, "");
  expect(await withLock(path, () => Promise.resolve("done"))).toBe("done");
});

it("can be waited for until Ctrl-C only", async () => {
  writeFileSync(path, JSON.stringify(identify(process.pid)));
  const signal = AbortSignal.timeout(50);
  await expect(withLock(path, () => Promise.resolve(), { signal })).rejects.toThrow();
});
