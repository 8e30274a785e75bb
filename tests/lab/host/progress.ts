const QUIET_SECONDS = 2;
const LINE_EVERY_SECONDS = 15;

export interface Task {
  /** What it is doing just now, shown after the title. */
  detail(text: string): void;
}

export interface Reporter {
  /** Shows what takes more than two seconds, with how long so far; says at the end how long it took. */
  task<T>(title: string, action: (task: Task) => Promise<T>): Promise<T>;
  info(text: string): void;
}

interface Running {
  title: string;
  detail: string;
  since: number;
  lastLine: number;
}

export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

export function describeTask(task: { title: string; detail: string; since: number }, now: number): string {
  return `${task.title}${task.detail ? ` (${task.detail})` : ""}: ${formatDuration(now - task.since)}`;
}

/** On a terminal one rewritten line; elsewhere a line now and then, so that logs stay readable. Writes to stderr only. */
export class TerminalReporter implements Reporter {
  private readonly running = new Set<Running>();
  private timer: NodeJS.Timeout | undefined;
  private drawn = false;

  constructor(
    private readonly out: { write(text: string): unknown; isTTY?: boolean; columns?: number } = process.stderr,
    private readonly now: () => number = Date.now,
  ) {}

  info(text: string): void {
    this.erase();
    this.out.write(`${text}\n`);
  }

  async task<T>(title: string, action: (task: Task) => Promise<T>): Promise<T> {
    const entry: Running = { title, detail: "", since: this.now(), lastLine: this.now() };
    this.running.add(entry);
    this.timer ??= setInterval(() => this.tick(), 250).unref();
    try {
      const result = await action({ detail: (text) => (entry.detail = text) });
      const took = this.now() - entry.since;
      if (took > QUIET_SECONDS * 1000) this.info(`  ${title}: done in ${formatDuration(took)}`);
      return result;
    } finally {
      this.running.delete(entry);
      if (this.running.size === 0) this.stop();
    }
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.erase();
  }

  private tick(): void {
    const now = this.now();
    const slow = [...this.running].filter((task) => now - task.since > QUIET_SECONDS * 1000);
    if (slow.length === 0) return;
    if (this.out.isTTY) {
      this.erase();
      const text = slow.map((task) => describeTask(task, now)).join("; ");
      this.out.write(`  ${text.slice(0, (this.out.columns || 80) - 3)}`);
      this.drawn = true;
      return;
    }
    for (const task of slow) this.writeLine(task, now);
  }

  private writeLine(task: Running, now: number): void {
    const first = task.lastLine === task.since;
    if (!first && now - task.lastLine < LINE_EVERY_SECONDS * 1000) return;
    task.lastLine = now;
    this.out.write(`  ${describeTask(task, now)}\n`);
  }

  private erase(): void {
    if (!this.drawn) return;
    this.out.write("\r\u001b[2K");
    this.drawn = false;
  }
}

export const silentReporter: Reporter = {
  task: (_title, action) => action({ detail: () => undefined }),
  info: () => undefined,
};
