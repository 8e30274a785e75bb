import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { type CommandResult, lastLines, run } from "../host/command";
import { Inside, type WorldRequest, type WorldResponse } from "../host/inside";
import { withLock } from "../host/lock";
import { enterArguments, type Namespace } from "../host/namespace";
import { worldFolder } from "../host/paths";
import { ProcessTable } from "../host/processes";
import { type Reporter, silentReporter } from "../host/progress";
import { fetchAcmeRoot } from "./acme-roots";
import { type EdgeControl, edgeControl } from "./edge-control";
import { commandEnvironment } from "./environment";
import { forwardCluster, type ForwardedCluster, type ForwardedPort, forwardPort } from "./forward";
import { type AcmeEnvironment, type Layout, layoutOf } from "./layout";
import type { WorldSettings } from "./settings";
import { liveNamespace, loadState, type WorldState } from "./state";
import { CLUSTER, stopNamed, stopStrays } from "./teardown";
import { bringUp } from "./up";

export interface InsideOptions {
  env?: Record<string, string>;
  cwd?: string;
  /** Folders to search before the lab's own programs. */
  path?: readonly string[];
}

export interface ExecOptions extends InsideOptions {
  input?: string;
  signal?: AbortSignal;
  timeoutSeconds?: number;
  /** Called with the command's process once it has started. */
  onSpawn?: (pid: number) => void;
}

export interface ActionOptions {
  reporter?: Reporter;
  signal?: AbortSignal;
}

export interface UpOptions extends ActionOptions {
  /** What differs from the settings that the world had last, or from the defaults. */
  settings?: Partial<WorldSettings>;
}

export interface DownOptions extends ActionOptions {
  /** Keeps the world's folder, so that the next `up` resumes it. */
  keepData?: boolean;
}

interface Live {
  namespace: Namespace;
  state: WorldState;
}

/** One local world: a cluster, its node, its data plane, and as much of the internet as certificates need. */
export class World {
  readonly layout: Layout;
  readonly table: ProcessTable;
  readonly edge: EdgeControl;
  private helper: { inside: Inside; pid: number } | undefined;

  constructor(readonly name: string) {
    this.layout = layoutOf(worldFolder(name));
    this.table = new ProcessTable(this.layout.processes, this.layout.logs);
    this.edge = edgeControl(this.layout.edgeSocket);
  }

  isUp(): boolean {
    return this.findLive() !== undefined;
  }

  private findLive(): Live | undefined {
    const state = loadState(this.layout);
    const namespace = liveNamespace(this.table, state);
    return state && namespace ? { namespace, state } : undefined;
  }

  private live(): Live {
    const live = this.findLive();
    if (!live) throw new Error(`world "${this.name}": not up; start it with "npm run lab -- up --world ${this.name}"`);
    return live;
  }

  /** Idempotent: starts what is missing, resumes a world whose data was kept. */
  async up({ reporter = silentReporter, ...options }: UpOptions = {}): Promise<void> {
    await bringUp({ name: this.name, layout: this.layout, reporter, ...options });
  }

  /** Ends every process of the world, and removes its folder unless its data are to be kept. */
  async down({ reporter = silentReporter, signal, keepData = false }: DownOptions = {}): Promise<void> {
    this.close();
    if (!existsSync(this.layout.folder)) return;
    const all = this.table.all().map((record) => record.name);
    await reporter.task(`stopping world ${this.name}`, () =>
      this.stop(all, keepData ? [] : [this.layout.folder], { reporter, signal }),
    );
  }

  /** Ends the cluster for good, with all that it held. The outside stays, ACME accounts and orders too; `up` makes another cluster. */
  async loseCluster({ reporter = silentReporter, signal }: ActionOptions = {}): Promise<void> {
    await this.stop(CLUSTER, [this.layout.etcdData], { reporter, signal });
  }

  /** Ends processes, and what belongs to none that stays; then removes folders. */
  private async stop(
    names: readonly string[],
    folders: readonly string[],
    { reporter, signal }: Required<Pick<ActionOptions, "reporter">> & Pick<ActionOptions, "signal">,
  ): Promise<void> {
    const work = async (): Promise<void> => {
      await stopNamed(this.table, names);
      await stopStrays(this.table, this.layout.folder);
      for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    };
    const onWait = ({ pid }: { pid: number }): void =>
      reporter.info(`  world ${this.name} is being changed by process ${pid}: waiting for it`);
    await withLock(this.layout.lock, work, { signal, onWait });
  }

  /** The program and arguments that run `argv` inside, and their environment. */
  private command(
    argv: readonly string[],
    { env, cwd, path = [] }: InsideOptions,
  ): { argv: string[]; env: Record<string, string> } {
    const { namespace, state } = this.live();
    const environment = { ...commandEnvironment(this.layout, [...path, state.parts.bin]), ...env };
    return { argv: enterArguments(namespace, argv, cwd ?? process.cwd()), env: environment };
  }

  exec(argv: readonly string[], options: ExecOptions = {}): Promise<CommandResult> {
    const command = this.command(argv, options);
    const { input, signal, timeoutSeconds, onSpawn } = options;
    return run(command.argv, { env: command.env, input, signal, timeoutSeconds, onSpawn });
  }

  spawn(
    argv: readonly string[],
    options: InsideOptions & { stdio?: StdioOptions; detached?: boolean } = {},
  ): ChildProcess {
    const command = this.command(argv, options);
    const [file, ...args] = command.argv as [string, ...string[]];
    return spawn(file, args, { env: command.env, stdio: options.stdio ?? "pipe", detached: options.detached });
  }

  /** `kubectl` as admin; a failure is an error with its words. */
  async kubectl(args: readonly string[], options: ExecOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.exec(["kubectl", ...args], options);
    if (code !== 0)
      throw new Error(`kubectl ${args.join(" ")}: ended with ${code}\n${lastLines(stderr || stdout, 20)}`);
    return stdout;
  }

  /** A helper inside for requests; a new one when the world was restarted meanwhile. */
  get inside(): Inside {
    const { namespace } = this.live();
    if (this.helper?.pid !== namespace.anchor.pid) {
      this.close();
      this.helper = { inside: new Inside(namespace), pid: namespace.anchor.pid };
    }
    return this.helper.inside;
  }

  /** A request from inside, with the world's name resolution; trusts the lab's roots unless told otherwise. */
  request(request: WorldRequest): Promise<WorldResponse> {
    return this.inside.fetch({ ca: readFileSync(this.layout.roots, "utf8"), ...request });
  }

  /** PEM of the root that signs what an ACME environment issues; also in `layout.acmeRoots`. */
  acmeRoot(environment: AcmeEnvironment): Promise<string> {
    return fetchAcmeRoot(this.layout, this.inside, environment);
  }

  /** A port of the host that leads to the load balancer's port 443, until `close` or `down`; 0 for any free one. */
  forwardPort(hostPort: number): Promise<ForwardedPort> {
    this.live();
    return forwardPort(this.layout, this.table, hostPort);
  }

  /** A port inside this world that leads to the API server of another one, until `close` or this world's `down`. */
  forwardCluster(other: World, port: number): Promise<ForwardedCluster> {
    const { layout, table, inside } = this;
    return forwardCluster({ layout, table, inside, namespace: this.live().namespace }, other, port);
  }

  /** Ends the helper; the world itself stays. */
  close(): void {
    this.helper?.inside.close();
    this.helper = undefined;
  }
}
