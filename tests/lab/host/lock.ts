import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { identify, isAlive, type ProcessId } from "./pid";
import { sleep } from "./wait";

function holder(path: string): ProcessId | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ProcessId;
  } catch {
    return undefined;
  }
}

/** Makes the file with its content in one step, so that nobody ever reads a lock without its holder. */
function tryTake(path: string, me: ProcessId): boolean {
  const draft = `${path}.${me.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(draft, JSON.stringify(me));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    unlinkSync(draft);
  }
}

/** A lock of a dead process is moved aside first: of two that find it stale only one moves it. */
function dropStale(path: string): void {
  const found = holder(path);
  if (found && isAlive(found)) return;
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = holder(aside);
  // Somebody took the lock between the look and the move: give it back.
  if (moved && isAlive(moved)) {
    try {
      linkSync(aside, path);
    } catch {
      // A third one has it by now; the holder of the moved lock is about to find out by its own next step.
    }
  }
  rmSync(aside, { force: true });
}

export interface LockOptions {
  signal?: AbortSignal;
  /** Called once when another process holds the lock. */
  onWait?: (holder: ProcessId) => void;
}

/** Runs `action` while this process holds the lock file; waits for another holder, takes over from a dead one. */
export async function withLock<T>(path: string, action: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const me = identify(process.pid);
  if (!me) throw new Error("/proc/self/stat: not readable; is /proc mounted?");
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!tryTake(path, me)) {
    dropStale(path);
    const other = holder(path);
    if (other && !told) {
      told = true;
      options.onWait?.(other);
    }
    options.signal?.throwIfAborted();
    if (other) await sleep(200);
  }
  try {
    return await action();
  } finally {
    rmSync(path, { force: true });
  }
}
