import { closeSync, existsSync, openSync, readdirSync, readSync, statSync, watchFile, unwatchFile } from "node:fs";
import { basename, join } from "node:path";
import type { Layout } from "./layout";

export interface LogFile {
  /** Of the process, or "NAMESPACE_POD_CONTAINER" for a pod's container. */
  name: string;
  path: string;
}

function logsIn(folder: string): LogFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".log"))
    .sort()
    .map((file) => ({ name: basename(file, ".log"), path: join(folder, file) }));
}

export function listLogs(layout: Layout): LogFile[] {
  return [...logsIn(layout.logs), ...logsIn(layout.podLogs)];
}

/** By its whole name, or by a part of it that only one has. */
export function findLog(logs: readonly LogFile[], wanted: string): LogFile {
  const exact = logs.find((log) => log.name === wanted);
  if (exact) return exact;
  const partly = logs.filter((log) => log.name.includes(wanted));
  const [only] = partly;
  if (only && partly.length === 1) return only;
  const names = (partly.length > 1 ? partly : logs).map((log) => `  ${log.name}`).join("\n");
  const reason = partly.length > 1 ? "more than one log has that in its name" : "no such log";
  throw new Error(`log "${wanted}": ${reason}; there are\n${names || "  none"}`);
}

const CHUNK = 64 * 1024;

/** Writes what a file holds from `offset` on; gives the offset of its end. */
function copyFrom(path: string, offset: number, write: (text: Buffer) => void): number {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(CHUNK);
    // A file that shrank was made anew.
    let position = statSync(path).size < offset ? 0 : offset;
    for (;;) {
      const count = readSync(file, buffer, 0, CHUNK, position);
      if (count === 0) return position;
      write(Buffer.from(buffer.subarray(0, count)));
      position += count;
    }
  } finally {
    closeSync(file);
  }
}

export function printLog(log: LogFile, write: (text: Buffer) => void): number {
  return copyFrom(log.path, 0, write);
}

/** Writes what comes, until aborted. */
export function followLog(log: LogFile, write: (text: Buffer) => void, signal: AbortSignal): Promise<void> {
  let offset = printLog(log, write);
  return new Promise((resolve) => {
    const onChange = (): void => {
      if (existsSync(log.path)) offset = copyFrom(log.path, offset, write);
    };
    // Polling, since a pod's log may be replaced by the one of its next container.
    watchFile(log.path, { interval: 300 }, onChange);
    signal.addEventListener("abort", () => {
      unwatchFile(log.path, onChange);
      resolve();
    });
  });
}
