import { cpSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { engineOptions, type CommandResult, type Engine, type World } from "../../lab";
import { readEvents, type RunEvents } from "./events";
import { installProgram, type Installation } from "./install";
import { watchProgress } from "./progress";

/** Is told what a run is at work on, now and then. */
type OnDetail = (text: string) => void;

/** Is told the process of a run when it has started. */
type OnSpawn = (pid: number) => void;

export const root = join(__dirname, "..", "..", "..");
export const examples = join(root, "examples");
const programs = join(root, "tests", "e2e", "programs");

function folderOf(program: string): string {
  const own = join(programs, program);
  return existsSync(own) ? own : join(examples, program);
}

// The examples' types are checked with everything else by `npm run check`, not again at every run of the engine.
const transpileOnly = { PULUMI_NODEJS_TRANSPILE_ONLY: "true" };

export interface Run extends RunEvents {
  code: number;
  output: string;
}

export interface StackOptions {
  /** Where the engine runs. */
  world: Pick<World, "exec">;
  engine: Engine;
  /** The run's own folder: the engine's settings, and the state, configuration and logs of all stacks that know each other. */
  folder: string;
  /** Name of the example, or of the program in tests/e2e/programs, unless `source` says otherwise. */
  program: string;
  /** Folder of a program that is neither. */
  source?: string;
  /** Name of the stack, where a program has several. */
  name?: string;
  /** Whether the program's packages are installed already, or in a folder above its own. */
  installed?: boolean;
  env?: Record<string, string>;
  signal?: AbortSignal;
  /** Bound of each run of the engine. */
  timeoutSeconds?: number;
}

/** One stack of one program, run by the real engine inside a world. */
export class Stack {
  readonly logs: string[] = [];
  private readonly name: string;
  private runs = 0;
  private installation: Installation = {};

  /** Works on a copy of the program: it is to run as in a user's folder, and the engine writes settings beside it. */
  constructor(private readonly options: StackOptions) {
    const { program, source = folderOf(program), name = "lab" } = options;
    this.name = name;
    // What was installed beside the program in the checkout stays there.
    const filter = (path: string): boolean => !/\/(node_modules|venv|__pycache__)$/.test(path);
    cpSync(source, this.cwd, { recursive: true, filter });
  }

  private file(suffix: string): string {
    return join(this.options.folder, `${this.options.program}.${this.name === "lab" ? "" : `${this.name}.`}${suffix}`);
  }

  /** The program's folder, which is the story's to change. */
  get cwd(): string {
    return join(this.options.folder, this.options.program);
  }

  /** Installs what the program needs, unless that is done, makes the stack and sets its configuration; secrets are encrypted there. */
  async init(config: Record<string, string>, secrets: Record<string, string> = {}): Promise<void> {
    if (!this.options.installed) this.installation = await installProgram(this.cwd, this.options.signal);
    await this.must(["stack", "init", this.name, "--non-interactive"]);
    await this.configure(config, secrets);
  }

  async configure(config: Record<string, string>, secrets: Record<string, string> = {}): Promise<void> {
    const plain = Object.entries(config).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
    const secret = Object.entries(secrets).flatMap(([key, value]) => ["--secret", `${key}=${value}`]);
    await this.must(["config", "set-all", ...plain, ...secret, "--stack", this.name]);
  }

  /** Removes settings. */
  async unset(...keys: string[]): Promise<void> {
    for (const key of keys) await this.must(["config", "rm", key, "--stack", this.name]);
  }

  preview = (onDetail?: OnDetail): Promise<Run> => this.operate("preview", [], onDetail);
  up = (onDetail?: OnDetail, onSpawn?: OnSpawn): Promise<Run> =>
    this.operate("up", ["--yes", "--skip-preview"], onDetail, onSpawn);
  refresh = (onDetail?: OnDetail): Promise<Run> => this.operate("refresh", ["--yes", "--skip-preview"], onDetail);
  destroy = (onDetail?: OnDetail): Promise<Run> => this.operate("destroy", ["--yes", "--skip-preview"], onDetail);
  /** As most people do it: the preview comes first, and where that fails nothing is done. */
  destroyAfterPreview = (): Promise<Run> => this.operate("destroy", ["--yes"]);

  /** The outputs of the stack; secrets stay masked. */
  async outputs<T>(): Promise<T> {
    return JSON.parse(await this.must(["stack", "output", "--json", "--stack", this.name])) as T;
  }

  /** The same with what the secrets among them are: for a test that is to use them, and that prints none. */
  async revealedOutputs<T>(): Promise<T> {
    return JSON.parse(await this.must(["stack", "output", "--json", "--show-secrets", "--stack", this.name])) as T;
  }

  /** The state as it is stored: what is a secret is encrypted in it. */
  export = (): Promise<string> => this.must(["stack", "export", "--stack", this.name]);

  private async operate(command: string, flags: string[], onDetail?: OnDetail, onSpawn?: OnSpawn): Promise<Run> {
    const events = this.file(`${++this.runs}-${command}.events`);
    rmSync(events, { force: true });
    const stopWatching = onDetail ? watchProgress(events, onDetail) : () => undefined;
    const argv = [command, ...flags, "--non-interactive", "--diff", "--event-log", events];
    const ended = this.pulumi([...argv, "--stack", this.name], onSpawn);
    const { code, stdout, stderr } = await ended.finally(stopWatching);
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

  private pulumi(argv: string[], onSpawn?: OnSpawn): Promise<CommandResult> {
    const { world, engine, folder, signal, timeoutSeconds } = this.options;
    const env = { ...transpileOnly, ...this.installation.env, ...this.options.env };
    const options = engineOptions(engine, { folder, cwd: this.cwd, path: this.installation.path, env });
    return world.exec([engine.pulumi.path, ...argv], { ...options, signal, timeoutSeconds, onSpawn });
  }
}
