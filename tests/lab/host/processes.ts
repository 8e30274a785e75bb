import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify, isAlive, type ProcessId, signal } from "./pid";
import { sleep } from "./wait";

export interface ProcessRecord extends ProcessId {
  name: string;
  startedAt: string;
  argv: string[];
  /** Where it listens, for `status`. */
  address?: string;
  /** Of all that it was started with; when it differs, the process is out of date. */
  fingerprint?: string;
}

export interface Daemon {
  name: string;
  argv: readonly string[];
  environment: NodeJS.ProcessEnv;
  address?: string;
  fingerprint?: string;
}

function isRecord(value: unknown): value is ProcessRecord {
  const record = value as Partial<ProcessRecord> | null;
  return typeof record?.name === "string" && typeof record.pid === "number" && typeof record.startTime === "string";
}

/** A file that was cut off in the middle of a crash counts as empty; what it recorded is found again by its mark. */
export function parseRecords(text: string): ProcessRecord[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isRecord) : [];
  } catch {
    return [];
  }
}

/** The processes of one world, kept on disk so that any later run can find, check and end exactly them. */
export class ProcessTable {
  constructor(
    private readonly file: string,
    private readonly logs: string,
  ) {}

  all(): ProcessRecord[] {
    try {
      return parseRecords(readFileSync(this.file, "utf8"));
    } catch {
      return [];
    }
  }

  /** Undefined unless it lives. */
  find(name: string): ProcessRecord | undefined {
    const record = this.all().find((entry) => entry.name === name);
    return record && isAlive(record) ? record : undefined;
  }

  add(record: ProcessRecord): void {
    this.save([...this.all().filter((entry) => entry.name !== record.name), record]);
  }

  remove(name: string): void {
    this.save(this.all().filter((entry) => entry.name !== name));
  }

  private save(records: readonly ProcessRecord[]): void {
    const draft = `${this.file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(records, undefined, 2)}\n`);
    renameSync(draft, this.file);
  }

  logFile(name: string): string {
    return join(this.logs, `${name}.log`);
  }

  /** Starts a process that outlives this one, with its own session so that Ctrl-C here does not reach it. */
  start({ name, argv, environment, address, fingerprint }: Daemon): ProcessRecord {
    mkdirSync(this.logs, { recursive: true });
    const log = openSync(this.logFile(name), "a");
    const [file, ...args] = argv as [string, ...string[]];
    try {
      const child = spawn(file, args, { detached: true, stdio: ["ignore", log, log], env: environment });
      child.on("error", () => undefined);
      child.unref();
      const id = child.pid === undefined ? undefined : identify(child.pid);
      if (!id) throw new Error(`${name}: ${file} did not start; is it on PATH?`);
      const record = { ...id, name, argv: [...argv], address, fingerprint, startedAt: new Date().toISOString() };
      this.add(record);
      return record;
    } finally {
      closeSync(log);
    }
  }

  lastWords(name: string, lines = 12): string {
    try {
      return readFileSync(this.logFile(name), "utf8").trimEnd().split("\n").slice(-lines).join("\n");
    } catch {
      return "(no log)";
    }
  }
}

/** SIGTERM, then after a while SIGKILL; only to the very process meant. */
export async function stopProcess(id: ProcessId, graceSeconds = 10): Promise<void> {
  if (!signal(id, "SIGTERM")) return;
  const end = Date.now() + graceSeconds * 1000;
  while (isAlive(id)) {
    if (Date.now() > end) signal(id, "SIGKILL");
    await sleep(30);
  }
}
