import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { engineOptions, type CommandResult, type Engine, type World } from "../../lab";
import { readEvents, type RunEvents } from "./events";

export const examples = join(__dirname, "..", "..", "..", "examples");

export interface Run extends RunEvents {
  code: number;
  output: string;
}

export interface StackOptions {
  world: World;
  engine: Engine;
  /** The run's own folder: the engine's settings, and the state, configuration and logs of all stacks that know each other. */
  folder: string;
  /** Folder of the program, an example's name or a path. */
  program: string;
  env?: Record<string, string>;
  signal?: AbortSignal;
}

/** One stack of one program, run by the real engine inside a world. */
export class Stack {
  readonly logs: string[] = [];
  private readonly name = "lab";
  private runs = 0;

  constructor(private readonly options: StackOptions) {
    mkdirSync(options.folder, { recursive: true });
  }

  private get configFile(): string {
    return this.file("yaml");
  }

  private file(suffix: string): string {
    return join(this.options.folder, `${basename(this.options.program)}.${suffix}`);
  }

  private get cwd(): string {
    const { program } = this.options;
    return program.startsWith("/") ? program : join(examples, program);
  }

  /** Makes the stack, and sets its configuration; secrets are encrypted there. */
  async init(config: Record<string, string>, secrets: Record<string, string> = {}): Promise<void> {
    await this.must(["stack", "init", this.name, "--non-interactive"]);
    await this.configure(config, secrets);
  }

  async configure(config: Record<string, string>, secrets: Record<string, string> = {}): Promise<void> {
    const plain = Object.entries(config).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
    const secret = Object.entries(secrets).flatMap(([key, value]) => ["--secret", `${key}=${value}`]);
    await this.must(["config", "set-all", ...plain, ...secret, "--stack", this.name, "--config-file", this.configFile]);
  }

  preview = (): Promise<Run> => this.operate("preview", []);
  up = (): Promise<Run> => this.operate("up", ["--yes", "--skip-preview"]);
  refresh = (): Promise<Run> => this.operate("refresh", ["--yes", "--skip-preview"]);
  destroy = (): Promise<Run> => this.operate("destroy", ["--yes", "--skip-preview"]);

  /** The outputs of the stack; secrets stay masked. */
  async outputs<T>(): Promise<T> {
    return JSON.parse(await this.must(["stack", "output", "--json", "--stack", this.name])) as T;
  }

  /** The state as it is stored: what is a secret is encrypted in it. */
  export = (): Promise<string> => this.must(["stack", "export", "--stack", this.name]);

  async remove(): Promise<void> {
    await this.must(["stack", "rm", this.name, "--yes", "--force"]);
  }

  private async operate(command: string, flags: string[]): Promise<Run> {
    const events = this.file(`${++this.runs}-${command}.events`);
    rmSync(events, { force: true });
    const argv = [
      command,
      ...flags,
      "--non-interactive",
      "--diff",
      "--event-log",
      events,
      "--config-file",
      this.configFile,
    ];
    const { code, stdout, stderr } = await this.pulumi([...argv, "--stack", this.name]);
    const output = stdout + stderr;
    writeFileSync(events.replace(/events$/, "log"), output);
    this.logs.push(output);
    return { code, output, ...readEvents(events) };
  }

  private async must(argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.pulumi(argv);
    if (code !== 0) throw new Error(`pulumi ${argv.slice(0, 2).join(" ")} ended with ${code}\n${stderr}${stdout}`);
    return stdout;
  }

  private pulumi(argv: string[]): Promise<CommandResult> {
    const { world, engine, folder, env, signal } = this.options;
    const command = [engine.pulumi.path, ...argv];
    return world.exec(command, { ...engineOptions(engine, { folder, cwd: this.cwd, env }), signal });
  }
}
