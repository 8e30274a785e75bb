import { lastLines, mustRun, run } from "../host/command";
import type { Task } from "../host/progress";

/** What every `go` of the lab runs with: static programs, and no workspace file of a parent folder. */
export const goEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env, CGO_ENABLED: "0", GOWORK: "off" });

export async function goVersion(moduleFolder: string): Promise<string> {
  const text = await mustRun("Go's version", ["go", "env", "GOVERSION"], { cwd: moduleFolder, env: goEnvironment() });
  return text.trim();
}

const NETWORK =
  /dial tcp|proxyconnect|no such host|i\/o timeout|connection refused|TLS handshake|certificate signed by/;
const REFUSED = /\b40[0-9] [A-Z]|\b410 Gone|\b451 /;
const FULL = /no space left on device|signal: killed|cannot allocate memory/;

/** What is likely wrong, from the words of `go`. */
export function explainGoFailure(stderr: string): string | undefined {
  if (FULL.test(stderr))
    return "the machine ran out of disk or memory: up to 16 GB of disk and 4 GB of memory are needed";
  if (NETWORK.test(stderr)) {
    return "the Go module proxy cannot be reached: see `go env GOPROXY`, HTTPS_PROXY and, behind a proxy of your own, SSL_CERT_FILE";
  }
  if (REFUSED.test(stderr)) return "the Go module proxy refused a module: see `go env GOPROXY GONOSUMDB GOFLAGS`";
  return undefined;
}

export function goFailure(what: string, code: number, stderr: string): Error {
  const lines = stderr
    .split("\n")
    .filter((line) => !line.startsWith("go: downloading ") && !/^[a-z0-9./_-]+$/i.test(line));
  // One failed download is told once for each package of the module.
  const words = [...new Set(lines)].join("\n");
  const fix = explainGoFailure(stderr);
  return new Error(`${what}: go ended with ${code}${fix ? `; ${fix}` : ""}\n${lastLines(words || stderr, 20)}`);
}

export interface GoBuild {
  what: string;
  moduleFolder: string;
  packages: readonly string[];
  ldflags: readonly string[];
  output: string;
  task: Task;
  signal?: AbortSignal;
}

/** Several packages in one `go build`, so that what they share is compiled once and by all processors. */
export async function goBuild(build: GoBuild): Promise<void> {
  let compiled = 0;
  // -v prints each package as it is compiled, which is the only sign of progress that `go build` gives.
  const argv = ["go", "build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", build.ldflags.join(" ")];
  const result = await run([...argv, "-o", `${build.output}/`, ...build.packages], {
    cwd: build.moduleFolder,
    env: goEnvironment(),
    signal: build.signal,
    onErrorLine: (line) => {
      if (line.startsWith("go: downloading ")) build.task.detail(line.slice("go: ".length));
      else if (!line.includes(" ")) build.task.detail(`${++compiled} packages compiled`);
    },
  });
  if (result.code !== 0) throw goFailure(build.what, result.code, result.stderr);
}

interface Download {
  Dir: string;
  Error?: string;
}

/** The folder of a published module in Go's module cache. */
export async function moduleFolderOf(module: string, version: string, signal?: AbortSignal): Promise<string> {
  const result = await run(["go", "mod", "download", "-json", `${module}@${version}`], {
    // Outside of any module, so that no go.mod of ours has to know every version.
    cwd: "/",
    env: goEnvironment(),
    signal,
  });
  const answer = result.stdout.trim() ? (JSON.parse(result.stdout) as Download) : undefined;
  if (result.code !== 0 || !answer?.Dir) {
    throw goFailure(`module ${module}@${version}`, result.code, answer?.Error ?? result.stderr);
  }
  return answer.Dir;
}
