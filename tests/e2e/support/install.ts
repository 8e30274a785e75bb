import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { goEnvironment, goFailure, mustRun, run } from "../../lab";

const sdk = join(__dirname, "..", "..", "..", "sdk");

/** What the engine needs beside the program's own folder to run it. */
export interface Installation {
  env?: Record<string, string>;
  /** Folders to search first. */
  path?: readonly string[];
}

type Install = (folder: string, scratch: string, signal?: AbortSignal) => Promise<Installation>;

const installs: Record<string, Install> = { nodejs: installNode, python: installPython, go: installGo };

/**
 * Installs a program's packages into its folder as a user does who has the SDK as a package and none of this repository's
 * tools. It runs outside of any world, with the registry clients' ordinary settings: a world has no registries.
 */
export async function installProgram(folder: string, signal?: AbortSignal): Promise<Installation> {
  const runtime = runtimeOf(readFileSync(join(folder, "Pulumi.yaml"), "utf8"));
  const install = installs[runtime];
  if (!install) throw new Error(`${folder}: runtime "${runtime}" is none of ${Object.keys(installs).join(", ")}`);
  const scratch = mkdtempSync(join(tmpdir(), "certfleet-install-"));
  try {
    return await install(folder, scratch, signal);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The project file names its runtime either directly or as the name of an object. */
export function runtimeOf(project: string): string {
  return /^runtime:\s*(?:name:\s*)?(\w+)/m.exec(project)?.[1] ?? "";
}

async function installNode(folder: string, scratch: string, signal?: AbortSignal): Promise<Installation> {
  const pack = ["npm", "pack", "--silent", "--pack-destination", scratch];
  const name = await mustRun("npm pack", pack, { cwd: join(sdk, "nodejs"), signal });
  const install = ["npm", "install", "--no-audit", "--no-fund", join(scratch, name.trim())];
  await mustRun("npm install", install, { cwd: folder, signal });
  return {};
}

async function installPython(folder: string, scratch: string, signal?: AbortSignal): Promise<Installation> {
  const bin = join(folder, "venv", "bin");
  await mustRun("python3 -m venv", ["python3", "-m", "venv", "venv"], { cwd: folder, signal });
  // pip builds a package in its own folder, so it is given a copy.
  cpSync(join(sdk, "python"), scratch, { recursive: true });
  const install = [
    join(bin, "python"),
    "-m",
    "pip",
    "install",
    "--quiet",
    scratch,
    "--requirement",
    "requirements.txt",
  ];
  await mustRun("pip install", install, { cwd: folder, signal });
  return { path: [bin] };
}

async function installGo(folder: string, _scratch: string, signal?: AbortSignal): Promise<Installation> {
  const source = join(sdk, "go", "certfleet");
  const module = /^module (\S+)/m.exec(readFileSync(join(source, "go.mod"), "utf8"))?.[1];
  const commands = [
    ["mod", "edit", `-replace=${module}=${source}`],
    ["build", "-o", "/dev/null", "."],
    // The language host asks for all modules, of which a build needs but some.
    ["list", "-m", "all"],
  ];
  for (const command of commands) {
    const { code, stderr } = await run(["go", ...command], { cwd: folder, env: goEnvironment(), signal });
    if (code !== 0) throw goFailure(`go ${command.join(" ")} in ${folder}`, code, stderr);
  }
  return { env: { CGO_ENABLED: "0", GOWORK: "off", GOPROXY: "off" } };
}
