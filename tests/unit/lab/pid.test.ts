import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { bootId, identify, isAlive, parseProcStat, signal } from "../../lab/host/pid";

const stat = (command: string): string =>
  `4242 (${command}) S 1 4242 4242 0 -1 4194560 100 0 0 0 3 4 0 0 20 0 9 0 987654 1000000 200 18446744073709551615\n`;

describe("parseProcStat", () => {
  it.each(["etcd", "a b", ") S 1 (", "x) Z 9"])("finds the start time behind the command name %j", (command) => {
    expect(parseProcStat(stat(command))).toEqual({ state: "S", startTime: "987654" });
  });

  it("says what it expected of a text that is none", () => {
    expect(() => parseProcStat("4242 (etcd) S 1")).toThrow("expected 22 fields");
  });
});

describe("a process's identity", () => {
  it("holds for this process", () => {
    const me = identify(process.pid);
    expect(me).toMatchObject({ pid: process.pid, boot: bootId() });
    expect(isAlive(me!)).toBe(true);
  });

  it("does not hold for another process of the same pid", () => {
    const me = identify(process.pid)!;
    const recycled = { ...me, startTime: String(Number(me.startTime) - 1) };
    expect(isAlive(recycled)).toBe(false);
    expect(signal(recycled, "SIGKILL")).toBe(false);
  });

  it("does not hold after a boot", () => {
    expect(isAlive({ ...identify(process.pid)!, boot: "another" })).toBe(false);
  });

  it("ends with the process", async () => {
    const child = spawn("sleep", ["60"]);
    const id = identify(child.pid!)!;
    expect(isAlive(id)).toBe(true);
    expect(signal(id, "SIGTERM")).toBe(true);
    await once(child, "exit");
    expect(isAlive(id)).toBe(false);
    expect(identify(child.pid!)).toBeUndefined();
  });
});
