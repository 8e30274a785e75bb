import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isAlive } from "../../lab/host/pid";
import { parseRecords, ProcessTable, stopProcess } from "../../lab/host/processes";
import { findStrays, hasKnownAncestor, isMarked, MARK } from "../../lab/host/strays";
import { sleep } from "../../lab/host/wait";
import { stopOrder } from "../../lab/world/teardown";

let folder: string;
let table: ProcessTable;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "certfleet-processes-"));
  table = new ProcessTable(join(folder, "processes.json"), join(folder, "logs"));
});
afterEach(async () => {
  await Promise.all(table.all().map((record) => stopProcess(record, 1)));
  rmSync(folder, { recursive: true });
});

const start = (name: string, script: string): ReturnType<ProcessTable["start"]> => {
  const environment = { PATH: process.env.PATH, [MARK]: folder };
  return table.start({ name, argv: ["/bin/sh", "-c", script], environment });
};

describe("the table of processes", () => {
  it("finds what it started, also from another run", () => {
    const record = start("one", "sleep 60");
    const other = new ProcessTable(join(folder, "processes.json"), join(folder, "logs"));
    expect(other.find("one")).toMatchObject({ name: "one", pid: record.pid, startTime: record.startTime });
  });

  it("does not find what has ended", async () => {
    const record = start("one", "sleep 60");
    await stopProcess(record, 1);
    expect(table.find("one")).toBeUndefined();
  });

  it("keeps the log of a process", async () => {
    const record = start("one", "echo out; echo err >&2");
    while (isAlive(record)) await sleep(10);
    expect(table.lastWords("one")).toBe("out\nerr");
    expect(readFileSync(table.logFile("one"), "utf8")).toBe("out\nerr\n");
  });

  it("kills what does not listen to SIGTERM", async () => {
    const record = start("deaf", "trap '' TERM; while :; do sleep 1; done");
    await sleep(100);
    await stopProcess(record, 0.2);
    expect(isAlive(record)).toBe(false);
  });

  it("names a program that is not there", () => {
    expect(() => table.start({ name: "x", argv: ["no-such-program"], environment: {} })).toThrow("no-such-program");
  });
});

describe("parseRecords", () => {
  it.each(["", "{", "null", "[1, {}, null]", '{"pid": 1}'])("takes %j for no records", (text) => {
    expect(parseRecords(text)).toEqual([]);
  });
});

describe("strays", () => {
  it("are marked processes that neither are known nor descend from known ones", async () => {
    const record = start("one", "sleep 61 & sleep 62");
    await sleep(100);
    expect(findStrays(folder, new Set([record.pid]))).toEqual([]);
    table.remove("one");
    const strays = findStrays(folder, new Set());
    expect(strays.map((id) => id.pid)).toContain(record.pid);
    expect(strays.length).toBeGreaterThan(1);
    await Promise.all(strays.map((id) => stopProcess(id, 1)));
    expect(findStrays(folder, new Set())).toEqual([]);
  });

  it("are those of this world only", () => {
    expect(isMarked([`${MARK}=/worlds/a`], "/worlds/a")).toBe(true);
    expect(isMarked([`${MARK}=/worlds/ab`], "/worlds/a")).toBe(false);
  });

  it("are not found among descendants", () => {
    const parents: Record<number, number> = { 30: 20, 20: 10, 10: 1 };
    const parent = (pid: number): number => parents[pid] ?? 0;
    expect(hasKnownAncestor(30, new Set([10]), parent)).toBe(true);
    expect(hasKnownAncestor(30, new Set([40]), parent)).toBe(false);
  });
});

describe("stopOrder", () => {
  it("ends the API server, its store and the namespaces after all others", () => {
    const names = ["namespace", "etcd", "kube-apiserver", "edge", "kubelet", "forward-8443"];
    expect(stopOrder(names)).toEqual([
      ["edge", "kubelet", "forward-8443"],
      ["kube-apiserver"],
      ["etcd"],
      ["namespace"],
    ]);
  });
});
