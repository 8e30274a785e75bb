import { constants } from "node:os";
import { parseArgs } from "node:util";
import { interruption } from "./host/interruption";
import { TerminalReporter } from "./host/progress";
import { findLog, followLog, listLogs, printLog } from "./world/logs";
import { isHealthy, renderStatus, statusOf } from "./world/status";
import { World } from "./world/world";

const HELP = `The lab: a local world with a cluster, a data plane, ACME servers, DNS and a Cloudflare API.

npm run lab -- up                  builds what is missing and starts it, or what is missing of it
npm run lab -- status [--json]     each process with address, memory, health
npm run lab -- exec COMMAND ...    runs a command inside: kubectl, helm, curl, a shell
npm run lab -- logs [NAME] [-f]    lists the logs, or prints (-f: follows) one, of processes and of pods
npm run lab -- down [--keep-data]  stops it and removes its data (--keep-data: the next up resumes it)

--world NAME   another world than "default"; several can be up at once
--help         this text

Exit status: 0 done, 1 failed or (status) not healthy, 2 wrong usage, 130 interrupted.`;

class UsageError extends Error {}

interface Invocation {
  command: string;
  rest: string[];
  world: World;
  json: boolean;
  follow: boolean;
  keepData: boolean;
}

/** All after "exec" (but for --world before the command) belongs to the command that is to be run. */
export function splitExec(argv: readonly string[]): { own: string[]; command: string[] } {
  const at = argv.indexOf("exec");
  if (at < 0) return { own: [...argv], command: [] };
  let end = at + 1;
  while (argv[end]?.startsWith("--world")) end += argv[end] === "--world" ? 2 : 1;
  const command = argv.slice(argv[end] === "--" ? end + 1 : end);
  return { own: argv.slice(0, end), command };
}

function parse(argv: readonly string[]): Invocation | undefined {
  const { own, command } = splitExec(argv);
  const { values, positionals } = parseArgs({
    args: own,
    allowPositionals: true,
    options: {
      world: { type: "string", default: "default" },
      json: { type: "boolean", default: false },
      follow: { type: "boolean", short: "f", default: false },
      "keep-data": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [name, ...rest] = positionals;
  if (values.help || name === "help") return undefined;
  if (!name) throw new UsageError("no command given");
  return {
    command: name,
    rest: name === "exec" ? command : rest,
    world: new World(values.world),
    json: values.json,
    follow: values.follow,
    keepData: values["keep-data"],
  };
}

function exec({ world, rest }: Invocation): Promise<number> {
  const argv = rest.length > 0 ? rest : [process.env.SHELL ?? "/bin/sh"];
  const child = world.spawn(argv, { stdio: "inherit" });
  // The terminal's Ctrl-C reaches the command without help, other signals do not.
  for (const name of ["SIGTERM", "SIGHUP"] as const) process.on(name, () => child.kill(name));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

async function logs({ world, rest, follow }: Invocation, signal: AbortSignal): Promise<number> {
  const all = listLogs(world.layout);
  const [name] = rest;
  if (!name) {
    process.stdout.write(all.map((log) => `${log.name}\n`).join(""));
    return 0;
  }
  const write = (text: Buffer): void => void process.stdout.write(text);
  const log = findLog(all, name);
  if (follow) await followLog(log, write, signal);
  else printLog(log, write);
  return 0;
}

async function status({ world, json }: Invocation): Promise<number> {
  const found = await statusOf(world);
  process.stdout.write(`${json ? JSON.stringify(found, undefined, 2) : renderStatus(found)}\n`);
  return isHealthy(found) ? 0 : 1;
}

async function up(invocation: Invocation, signal: AbortSignal): Promise<number> {
  await invocation.world.up({ reporter: new TerminalReporter(), signal });
  await status(invocation);
  return 0;
}

async function down({ world, keepData }: Invocation, signal: AbortSignal): Promise<number> {
  await world.down({ reporter: new TerminalReporter(), signal, keepData });
  process.stderr.write(`world ${world.name}: down${keepData ? `, its data are in ${world.layout.folder}` : ""}\n`);
  return 0;
}

const commands: Record<string, (invocation: Invocation, signal: AbortSignal) => Promise<number>> = {
  up,
  down,
  status,
  exec,
  logs,
};

function ignoreInterrupts(): AbortSignal {
  process.on("SIGINT", () => undefined);
  return new AbortController().signal;
}

async function main(argv: readonly string[]): Promise<number> {
  const invocation = parse(argv);
  if (!invocation) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const action = commands[invocation.command];
  if (!action) throw new UsageError(`"${invocation.command}": known are ${Object.keys(commands).join(", ")}`);
  // For exec, the command inside decides what its signals mean.
  const signal = invocation.command === "exec" ? ignoreInterrupts() : interruption();
  try {
    return await action(invocation, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write("interrupted; what this run started is stopped, the same command continues\n");
    return 130;
  }
}

function explain(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  const usage = error instanceof UsageError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  process.stderr.write(usage ? `lab: ${message}\n\n${HELP}\n` : `lab: ${message}\n`);
  return usage ? 2 : 1;
}

export async function runCli(argv: readonly string[]): Promise<void> {
  process.exitCode = await main(argv).catch(explain);
}

if (require.main === module) void runCli(process.argv.slice(2));
