import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../support/build";
import { FakeEngine } from "./fake-engine";
import { Relay } from "./relay";

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
  /** Leads to the engine; what the plugin is told to be its address. */
  readonly relay: Relay;
  readonly client: ResourceProviderClient;
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #output: string[];
  readonly #endings: (() => void)[] = [];

  private constructor(
    { engine, relay }: { engine: FakeEngine; relay: Relay },
    process: ChildProcess,
    folder: string,
    output: string[],
    port: string,
  ) {
    this.engine = engine;
    this.relay = relay;
    this.#process = process;
    this.#folder = folder;
    this.#output = output;
    // As the engine does: what it reads may be far larger than what gRPC takes by itself.
    const options = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
    this.client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), options);
  }

  static async start(env: Record<string, string> = {}, argv: readonly string[] = compiled): Promise<Plugin> {
    const engine = await new FakeEngine().start();
    const relay = await Relay.to(engine.address);
    const folder = mkdtempSync(join(tmpdir(), "certfleet-contract-"));
    const [program, ...args] = argv as [string, ...string[]];
    const child = spawn(program, [...args, relay.address], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output: string[] = [];
    const port = await firstLine(child, output);
    return new Plugin({ engine, relay }, child, folder, output, port);
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

  /** A call whose message is bytes that no client of this protocol would write. */
  raw(path: string, message: Buffer): Promise<Buffer> {
    const client = this.client as unknown as grpc.Client;
    const same = (bytes: Buffer): Buffer => bytes;
    return new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + patience };
      const answer = (error: grpc.ServiceError | null, response?: Buffer): void =>
        error ? reject(error) : resolve(response!);
      client.makeUnaryRequest(path, same, same, message, new grpc.Metadata(), options, answer);
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
    this.relay.cut();
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
