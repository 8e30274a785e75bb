import { existsSync, readFileSync } from "node:fs";
import { run } from "./command";
import { unshareArguments } from "./namespace";

export interface Problem {
  what: string;
  fix: string;
}

export interface Requirements {
  problems: Problem[];
  /** Worlds need a user namespace of their own, because this process may not make the others without one. */
  rootless: boolean;
}

const versionParts = (text: string): number[] => (/\d+(\.\d+)*/.exec(text)?.[0] ?? "0").split(".").map(Number);

export function isAtLeast(found: string, minimum: string): boolean {
  const [have, need] = [versionParts(found), versionParts(minimum)];
  for (let i = 0; i < need.length; i++) {
    const difference = (have[i] ?? 0) - (need[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

async function output(argv: readonly string[]): Promise<string | undefined> {
  const result = await run(argv).catch(() => undefined);
  return result?.code === 0 ? result.stdout.trim() : undefined;
}

interface Program {
  name: string;
  /** Prints the version, where one is asked for. */
  argv?: readonly string[];
  minimum?: string;
  fix: string;
}

const packages = (apt: string, dnf: string): string => `install it: apt install ${apt}, or dnf install ${dnf}`;

const programs: readonly Program[] = [
  {
    name: "go",
    argv: ["go", "env", "GOVERSION"],
    minimum: "1.26",
    fix: "install Go 1.26 or later: https://go.dev/doc/install",
  },
  { name: "unshare", fix: packages("util-linux", "util-linux") },
  { name: "nsenter", fix: packages("util-linux", "util-linux-core") },
  { name: "mount", fix: packages("mount", "util-linux-core") },
  { name: "ip", fix: packages("iproute2", "iproute") },
];

function isOnPath(name: string): boolean {
  return (process.env.PATH ?? "").split(":").some((folder) => folder !== "" && existsSync(`${folder}/${name}`));
}

async function programProblem({ name, argv, minimum, fix }: Program): Promise<Problem | undefined> {
  if (!isOnPath(name)) return { what: `${name} is not on PATH`, fix };
  if (!argv || !minimum) return undefined;
  const found = await output(argv);
  if (found === undefined) return { what: `${name} is on PATH, but "${argv.join(" ")}" fails`, fix };
  return isAtLeast(found, minimum) ? undefined : { what: `${name} is ${found}, needed is ${minimum} or later`, fix };
}

const pythonProgram: Program = {
  name: "python3",
  argv: ["python3", "--version"],
  minimum: "3.10",
  fix: packages("python3 python3-venv", "python3"),
};

/** Some distributions ship Python without what makes virtual environments. */
async function pythonProblem(): Promise<Problem | undefined> {
  const script = "import ensurepip, venv";
  const problem = await programProblem(pythonProgram);
  if (problem || (await output(["python3", "-c", script])) !== undefined) return problem;
  const fix = packages("python3-venv", "python3");
  return { what: `python3 cannot make virtual environments: "${script}" fails in it`, fix };
}

function readNumber(path: string): number | undefined {
  try {
    return Number(readFileSync(path, "utf8").trim());
  } catch {
    return undefined;
  }
}

/** Why user namespaces are refused, as far as the kernel says. */
export function explainUserNamespaces(setting: (path: string) => number | undefined): Problem {
  const what = (reason: string): string => `this user may not make network namespaces: ${reason}`;
  if (setting("/proc/sys/user/max_user_namespaces") === 0) {
    return { what: what("user.max_user_namespaces is 0"), fix: "sudo sysctl user.max_user_namespaces=15000" };
  }
  if (setting("/proc/sys/kernel/unprivileged_userns_clone") === 0) {
    return {
      what: what("kernel.unprivileged_userns_clone is 0"),
      fix: "sudo sysctl kernel.unprivileged_userns_clone=1",
    };
  }
  if (setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") === 1) {
    return {
      what: what("AppArmor restricts unprivileged user namespaces (Ubuntu 23.10 and later)"),
      fix: "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0, or run as root",
    };
  }
  return {
    what: what("unshare fails, as it does in containers without the right to"),
    fix: "run as root; in a container, start it with --privileged, or with --security-opt seccomp=unconfined --cap-add SYS_ADMIN,NET_ADMIN",
  };
}

const PROBES: readonly { script: string; fix: string }[] = [
  { script: "ip link set lo up", fix: "the network namespace is of no use without it; see what the kernel says above" },
  { script: "ip link add probe0 type bridge", fix: "load the kernel module: sudo modprobe bridge" },
  { script: "ip link add probe1 type veth peer name probe2", fix: "load the kernel module: sudo modprobe veth" },
  {
    script: "mount --bind /etc/hosts /etc/hosts",
    fix: "run where mounts in a mount namespace of one's own are allowed",
  },
];

async function tryUnshare(rootless: boolean): Promise<boolean> {
  return (await output([...unshareArguments(rootless), "true"])) !== undefined;
}

/** As root without a user namespace where possible; that is nearer to a real node. */
async function namespaceProblems(): Promise<Requirements> {
  const asRoot = process.getuid?.() === 0 && (await tryUnshare(false));
  if (!asRoot && !(await tryUnshare(true))) {
    return { problems: [explainUserNamespaces(readNumber)], rootless: true };
  }
  const problems: Problem[] = [];
  for (const { script, fix } of PROBES) {
    const result = await run([...unshareArguments(!asRoot), "/bin/sh", "-c", script]);
    if (result.code !== 0) {
      problems.push({ what: `in a namespace of its own, "${script}" fails: ${result.stderr.trim()}`, fix });
    }
  }
  return { problems, rootless: !asRoot };
}

export interface Needs {
  /** For what runs programs in Python; neither worlds nor the demo do. */
  python?: boolean;
}

/** All that the machine lacks, at once. */
export async function checkMachine({ python = false }: Needs = {}): Promise<Requirements> {
  if (process.platform !== "linux") {
    const fix = "run it in a Linux virtual machine or container";
    return { problems: [{ what: `the lab needs Linux, this is ${process.platform}`, fix }], rootless: false };
  }
  const found = await Promise.all([...programs.map(programProblem), ...(python ? [pythonProblem()] : [])]);
  const problems = found.filter((problem) => problem !== undefined);
  if (!isAtLeast(process.versions.node, "20")) {
    problems.push({ what: `Node is ${process.versions.node}, needed is 20 or later`, fix: "https://nodejs.org" });
  }
  if (!existsSync("/etc/resolv.conf")) {
    // Worlds lay their own over it, which takes a file to lay it over.
    problems.push({
      what: "/etc/resolv.conf is missing, or leads nowhere",
      fix: "make an empty one: sudo touch /etc/resolv.conf",
    });
  }
  if (!isOnPath("unshare") || !isOnPath("ip")) return { problems, rootless: true };
  const namespaces = await namespaceProblems();
  return { problems: [...problems, ...namespaces.problems], rootless: namespaces.rootless };
}

export class MachineError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(`this machine lacks what the lab needs:\n${problems.map((p) => `  - ${p.what}\n    ${p.fix}`).join("\n")}`);
    this.name = "MachineError";
  }
}

/** Throws one error with every problem; says whether worlds are to be made without root. */
export async function requireMachine(needs: Needs = {}): Promise<{ rootless: boolean }> {
  const { problems, rootless } = await checkMachine(needs);
  if (problems.length > 0) throw new MachineError(problems);
  return { rootless };
}
