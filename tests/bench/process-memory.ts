import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { childrenOf, pssOf } from "../lab/world/memory";

const SAMPLE_MILLISECONDS = 100;

/** A process with all that descend from it. */
export function processTree(root: number, children: (pid: number) => number[] = childrenOf): number[] {
  return [root, ...children(root).flatMap((child) => processTree(child, children))];
}

export interface Peak {
  pid: number;
  /** Which program it is, for people. */
  program: string;
  bytes: number;
}

/** The most that each process of a tree held at any sample. */
export class PeakMemory {
  private readonly peaks = new Map<number, Peak>();

  constructor(
    private readonly root: number,
    private readonly read: (pid: number) => number | undefined = pssOf,
    private readonly children: (pid: number) => number[] = childrenOf,
  ) {}

  sample(): void {
    for (const pid of processTree(this.root, this.children)) {
      const bytes = this.read(pid) ?? 0;
      // What a process is shows only once it has replaced its parent's program by its own, so at its peak.
      if (bytes > (this.peaks.get(pid)?.bytes ?? 0)) this.peaks.set(pid, { pid, program: programOf(pid), bytes });
    }
  }

  /** Largest first. */
  all(): Peak[] {
    return [...this.peaks.values()].sort((a, b) => b.bytes - a.bytes);
  }

  sum(): number {
    return this.all().reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

/** Samples a process and its descendants until it is told to stop. */
export function watchMemory(root: number): { stop(): PeakMemory } {
  if (pssOf(process.pid) === undefined) {
    throw new Error("/proc/PID/smaps_rollup: cannot be read; updates are measured with their memory, which it tells");
  }
  const memory = new PeakMemory(root);
  const timer = setInterval(() => memory.sample(), SAMPLE_MILLISECONDS);
  return {
    stop: () => {
      clearInterval(timer);
      return memory;
    },
  };
}

/** "pulumi", "pulumi-resource-kubernetes", "node bin/index.js": the program, and for Node the end of its script's path. */
export function describeCommand(commandLine: string): string {
  const [program = "", ...args] = commandLine.split("\0").filter(Boolean);
  if (basename(program) !== "node") return basename(program);
  const script = args.find((arg) => arg.startsWith("/"));
  return script ? `node ${script.split("/").slice(-2).join("/")}` : "node";
}

function programOf(pid: number): string {
  try {
    return describeCommand(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
  } catch {
    return "";
  }
}
