import { type ChildProcessByStdio, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { enterArguments, type Namespace } from "./namespace";

export interface WorldRequest {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** PEM of the roots to trust, instead of the lab's own. */
  ca?: string;
  /** Skips verification; for parts with certificates of their own making. */
  insecure?: boolean;
  servername?: string;
  timeoutSeconds?: number;
}

export interface PeerCertificate {
  subject?: string;
  issuer?: string;
  dnsNames: string[];
  notBefore: string;
  notAfter: string;
  authorized: boolean;
  protocol: string | null;
  /** PEM, leaf first. */
  chain: string[];
}

export interface WorldResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  /** As the TLS client saw it. */
  peer?: PeerCertificate;
}

interface Pending {
  resolve(answer: Record<string, unknown>): void;
  reject(error: Error): void;
}

/** Makes requests from inside a world, through one helper process there that ends with this one. */
export class Inside {
  private child: ChildProcessByStdio<Writable, Readable, null> | undefined;
  private readonly pending = new Map<number, Pending>();
  private next = 1;

  constructor(private readonly namespace: Namespace) {}

  private start(): ChildProcessByStdio<Writable, Readable, null> {
    const argv = enterArguments(this.namespace, [process.execPath, join(__dirname, "inside-agent.mjs")], "/");
    const [file, ...args] = argv as [string, ...string[]];
    // Without the loader and the certificates that this process was started with.
    const env = { PATH: process.env.PATH ?? "" };
    const child = spawn(file, args, { stdio: ["pipe", "pipe", "ignore"], env, detached: true });
    child.stdin.on("error", () => undefined);
    createInterface({ input: child.stdout }).on("line", (line) => this.answer(line));
    child.once("error", (error) => this.fail(error));
    child.once("exit", () => this.fail(new Error("the helper inside the world ended")));
    // Neither the helper nor its pipes keep a program alive that is otherwise done.
    child.unref();
    for (const stream of [child.stdin, child.stdout]) (stream as unknown as { unref(): void }).unref();
    return child;
  }

  private answer(line: string): void {
    const { id, error, code, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const waiting = this.pending.get(id as number);
    this.settle(id as number);
    if (typeof error === "string") waiting?.reject(Object.assign(new Error(error), { code }));
    else waiting?.resolve(rest);
  }

  private fail(error: Error): void {
    for (const waiting of this.pending.values()) waiting.reject(error);
    this.pending.clear();
    this.child = undefined;
  }

  private settle(id: number): void {
    this.pending.delete(id);
    if (this.pending.size === 0) (this.child?.stdout as unknown as { unref(): void } | undefined)?.unref();
  }

  private ask(kind: string, request: object): Promise<Record<string, unknown>> {
    this.child ??= this.start();
    const { child } = this;
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      (child.stdout as unknown as { ref(): void }).ref();
      child.stdin.write(`${JSON.stringify({ id, kind, ...request })}\n`);
    });
  }

  async fetch({ timeoutSeconds, ...request }: WorldRequest): Promise<WorldResponse> {
    // ACME servers refuse clients that do not say who they are.
    const headers = { "user-agent": "certfleet-lab", ...request.headers };
    const answer = await this.ask("fetch", { timeout: (timeoutSeconds ?? 5) * 1000, ...request, headers });
    return answer as unknown as WorldResponse;
  }

  async connect(host: string, port: number): Promise<void> {
    await this.ask("connect", { host, port, timeout: 2000 });
  }

  async resolve(name: string, type: string, server?: string): Promise<unknown[]> {
    return (await this.ask("resolve", { name, type, server })).records as unknown[];
  }

  close(): void {
    this.child?.stdin.end();
    this.child = undefined;
  }
}
