import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../support/build";
import { FakeEngine } from "./fake-engine";

type Answer<R> = (error: grpc.ServiceError | null, response: R) => void;
type Method<Q, R> = (
  request: Q,
  metadata: grpc.Metadata,
  options: Partial<grpc.CallOptions>,
  callback: Answer<R>,
) => unknown;

/** The plugin's own start; an engine may take another way to it. */
const compiled = [process.execPath, join(root, "bin", "index.js")];

/** How long a call may take before the plugin counts as hanging. */
const patience = 45_000;

/** The built plugin as the engine runs it: a process in the consumer's folder that says its port and then serves gRPC. */
export class Plugin {
  readonly engine: FakeEngine;
  readonly client: ResourceProviderClient;
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #output: string[];
  readonly #endings: (() => void)[] = [];

  private constructor(engine: FakeEngine, process: ChildProcess, folder: string, output: string[], port: string) {
    this.engine = engine;
    this.#process = process;
    this.#folder = folder;
    this.#output = output;
    this.client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }

  static async start(env: Record<string, string> = {}, argv: readonly string[] = compiled): Promise<Plugin> {
    const engine = await new FakeEngine().start();
    const folder = mkdtempSync(join(tmpdir(), "certfleet-contract-"));
    const [program, ...args] = argv as [string, ...string[]];
    const child = spawn(program, [...args, engine.address], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output: string[] = [];
    const port = await firstLine(child, output);
    return new Plugin(engine, child, folder, output, port);
  }

  /** Everything the process has written to stdout so far. */
  get stdout(): string {
    return this.#output.join("");
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** One call, answered or failed within a bound: a plugin that hangs fails the test by name. */
  call<Q, R>(method: (client: ResourceProviderClient) => Method<Q, R>, request: Q): Promise<R> {
    return new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + patience };
      const answer: Answer<R> = (error, response) => (error ? reject(error) : resolve(response));
      method(this.client).call(this.client, request, new grpc.Metadata(), options, answer);
    });
  }

  /** What is to end with the plugin, and not before. */
  onStop(end: () => void): void {
    this.#endings.push(end);
  }

  async stop(): Promise<void> {
    this.client.close();
    if (this.running) {
      const ended = new Promise((resolve) => this.#process.once("exit", resolve));
      this.#process.kill();
      await ended;
    }
    for (const end of this.#endings) end();
    this.engine.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function firstLine(child: ChildProcess, output: string[]): Promise<string> {
  let errors = "";
  child.stderr!.on("data", (data: Buffer) => (errors += data.toString()));
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the plugin ended with ${code} before it said its port: ${errors}`)));
    child.stdout!.on("data", (data: Buffer) => {
      output.push(data.toString());
      const [line, rest] = output.join("").split("\n", 2);
      if (rest !== undefined) resolve(line!);
    });
  });
}
