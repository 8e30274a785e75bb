import { readFileSync } from "node:fs";

/** Names one process for ever: a pid alone is reused, a pid with its start time and boot is not. */
export interface ProcessId {
  pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks since boot. */
  startTime: string;
  boot: string;
}

interface ProcStat {
  state: string;
  startTime: string;
}

/** The command name, in brackets, may hold spaces and brackets itself: fields are counted from its last bracket. */
export function parseProcStat(text: string): ProcStat {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, startTime] = [fields[0], fields[19]];
  if (state === undefined || startTime === undefined) {
    throw new Error(`/proc/PID/stat: expected 22 fields or more, found "${text.trim()}"`);
  }
  return { state, startTime };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

let boot: string | undefined;

/** Worlds do not outlive a boot, but their folders do. */
export function bootId(): string {
  boot ??= readIfThere("/proc/sys/kernel/random/boot_id")?.trim() ?? "unknown";
  return boot;
}

/** Undefined when there is no such process (any more). */
export function identify(pid: number): ProcessId | undefined {
  const text = readIfThere(`/proc/${pid}/stat`);
  return text === undefined ? undefined : { pid, startTime: parseProcStat(text).startTime, boot: bootId() };
}

export function isAlive(id: ProcessId): boolean {
  if (id.boot !== bootId()) return false;
  const text = readIfThere(`/proc/${id.pid}/stat`);
  if (text === undefined) return false;
  const { state, startTime } = parseProcStat(text);
  return startTime === id.startTime && state !== "Z" && state !== "X";
}

/** False when it was gone already. */
export function signal(id: ProcessId, name: NodeJS.Signals): boolean {
  if (!isAlive(id)) return false;
  try {
    process.kill(id.pid, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
