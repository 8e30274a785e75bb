import { describe, expect, it } from "vitest";
import { describeCommand, PeakMemory, processTree } from "../../bench/process-memory";
import { childrenOf, parsePss, pssOf } from "../../lab/world/memory";

const rollup = `562a1a735000-7ffca3d46000 ---p 00000000 00:00 0                          [rollup]
Rss:                1768 kB
Pss:                 276 kB
Pss_Dirty:           116 kB
Pss_Anon:            116 kB
`;

describe("a smaps_rollup", () => {
  it("gives the Pss in bytes, and not one of its parts", () => expect(parsePss(rollup)).toBe(276 * 1024));
  it("gives nothing where it holds none", () => expect(parsePss("Rss:  1768 kB\n")).toBeUndefined());
  it("gives nothing of a process that is gone", () => expect(pssOf(2 ** 30)).toBeUndefined());
});

describe("a process tree", () => {
  const children: Record<number, number[]> = { 1: [2, 3], 2: [4], 9: [10] };

  it("is a process with all that descend from it, and nobody else", () => {
    expect(processTree(1, (pid) => children[pid] ?? []).sort()).toEqual([1, 2, 3, 4]);
  });

  it("is found in /proc", () => expect(processTree(process.ppid, childrenOf)).toContain(process.pid));
});

describe("peak memory", () => {
  /** A tree whose processes and memory the test sets between samples. */
  function sampled(samples: Record<number, number | undefined>[]): PeakMemory {
    let now: Record<number, number | undefined> = {};
    const memory = new PeakMemory(
      1,
      (pid) => now[pid],
      (pid) =>
        pid === 1
          ? Object.keys(now)
              .map(Number)
              .filter((other) => other !== 1)
          : [],
    );
    for (now of samples) memory.sample();
    return memory;
  }

  it("sums up each process's own peak, at whichever sample it was", () => {
    expect(sampled([{ 1: 10, 2: 50 }, { 1: 30, 2: 20 }, { 1: 5 }]).sum()).toBe(30 + 50);
  });

  it("counts a process that has ended, and one that began later", () => {
    expect(
      sampled([
        { 1: 10, 2: 7 },
        { 1: 10, 3: 5 },
      ]).sum(),
    ).toBe(22);
  });

  it("lists the largest first", () => {
    expect(
      sampled([{ 1: 1, 2: 3, 3: 2 }])
        .all()
        .map(({ bytes }) => bytes),
    ).toEqual([3, 2, 1]);
  });

  it("passes over what ended while it was read", () => {
    expect(sampled([{ 1: 4, 2: undefined }]).sum()).toBe(4);
  });
});

describe("a command's name for people", () => {
  it.each([
    [["/opt/tools/pulumi", "up", "--yes"], "pulumi"],
    [["/usr/bin/node", "/repo/bin/index.js", "127.0.0.1:1"], "node bin/index.js"],
    [["node", "--require", "x", "/sdk/cmd/run/index.js"], "node run/index.js"],
    [["node", "-p", "1"], "node"],
    [[], ""],
  ])("of %j is %s", (argv, expected) => expect(describeCommand(argv.map((arg) => `${arg}\0`).join(""))).toBe(expected));
});
