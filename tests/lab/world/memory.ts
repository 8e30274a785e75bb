import { readdirSync, readFileSync } from "node:fs";

export function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    // Processes end at any moment.
    return "";
  }
}

const kilobytes = (text: string, field: string): number | undefined => {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1];
  return found === undefined ? undefined : Number(found) * 1024;
};

/** The Pss of a smaps_rollup in bytes. */
export const parsePss = (text: string): number | undefined => kilobytes(text, "Pss");

/** Bytes that a process holds alone, with its share of what it shares; undefined where the kernel does not tell. */
export const pssOf = (pid: number): number | undefined => parsePss(readProc(`${pid}/smaps_rollup`));

/** The same; where the kernel does not tell, all it holds. */
export const memoryOf = (pid: number): number | undefined =>
  pssOf(pid) ?? kilobytes(readProc(`${pid}/status`), "VmRSS");

export function childrenOf(pid: number): number[] {
  const threads = (() => {
    try {
      return readdirSync(`/proc/${pid}/task`);
    } catch {
      return [];
    }
  })();
  return threads.flatMap((thread) => readProc(`${pid}/task/${thread}/children`).split(" ").filter(Boolean).map(Number));
}

export function environmentVariable(pid: number, name: string): string | undefined {
  const line = readProc(`${pid}/environ`)
    .split("\0")
    .find((entry) => entry.startsWith(`${name}=`));
  return line?.slice(name.length + 1);
}
