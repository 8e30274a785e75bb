import { readdirSync, readFileSync } from "node:fs";
import { identify, type ProcessId } from "./pid";

/** In the environment of everything that the lab starts to stay, and of what that starts in turn. */
export const MARK = "CERTFLEET_LAB_WORLD";

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}

export function isMarked(environment: readonly string[], folder: string): boolean {
  return environment.includes(`${MARK}=${folder}`);
}

function parentOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}

/** Of `pid` itself, its parent, and so on: is one of them known? */
export function hasKnownAncestor(pid: number, known: ReadonlySet<number>, parent: (pid: number) => number): boolean {
  for (let next = pid; next > 1; next = parent(next)) if (known.has(next)) return true;
  return false;
}

/**
 * Processes of a world that neither are on record nor descend from one that is: a driver was killed between starting
 * and recording one, or a kubelet before it ended its pods.
 */
export function findStrays(folder: string, known: ReadonlySet<number>): ProcessId[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && isMarked(environmentOf(pid), folder))
    .filter((pid) => !hasKnownAncestor(pid, known, parentOf))
    .map((pid) => identify(pid))
    .filter((id) => id !== undefined);
}
