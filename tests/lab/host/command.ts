import { spawn } from "node:child_process";

export interface CommandOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  input?: string;
  signal?: AbortSignal;
  timeoutSeconds?: number;
  /** Called for each line of stderr as it comes. */
  onErrorLine?: (line: string) => void;
  /** Called with the command's process once it has started. */
  onSpawn?: (pid: number) => void;
}

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

function lineReader(onLine: (line: string) => void): (chunk: string) => void {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  };
}

/** Runs a command to its end; a failure is a code other than 0, never an exception (but a missing program is one). */
export function run(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [file, ...args] = argv as [string, ...string[]];
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: options.env ?? process.env,
      cwd: options.cwd,
      timeout: options.timeoutSeconds === undefined ? undefined : options.timeoutSeconds * 1000,
      stdio: ["pipe", "pipe", "pipe"],
    });
    if (child.pid !== undefined) options.onSpawn?.(child.pid);
    let stdout = "";
    let stderr = "";
    const onErrorText = options.onErrorLine && lineReader(options.onErrorLine);
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      onErrorText?.(text);
    });
    child.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ENOENT" ? new Error(`${file}: not found (searched PATH)`) : error),
    );
    const abort = (): void => void child.kill("SIGTERM");
    options.signal?.addEventListener("abort", abort, { once: true });
    if (options.signal?.aborted) abort();
    child.once("close", (code, signal) => {
      options.signal?.removeEventListener("abort", abort);
      // Only now, so that nothing of an aborted command is still at work when its caller cleans up.
      if (options.signal?.aborted) reject(options.signal.reason as Error);
      else resolve({ code: code ?? (signal === "SIGTERM" ? 143 : 137), stdout, stderr });
    });
    // A command that ends without reading its input breaks the pipe; its exit code says more than EPIPE.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}

export function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}

/** As `run`, but a failure is an error that holds the command's last words. */
export async function mustRun(what: string, argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await run(argv, options);
  if (result.code !== 0) {
    throw new Error(`${what}: ended with ${result.code}\n${lastLines(result.stderr || result.stdout, 20)}`);
  }
  return result.stdout;
}
