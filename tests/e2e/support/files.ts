import { spawnSync } from "node:child_process";

/** What is installed beside a program has no secret to show, and is large. */
const installed = ["node_modules", "venv"].map((name) => `--exclude-dir=${name}`);

/** Files below the folders that hold one of the texts. */
export function filesWith(texts: readonly string[], folders: readonly string[]): string[] {
  const patterns = texts.flatMap((text) => ["-e", text]);
  const { status, stdout, stderr, error } = spawnSync("grep", ["-rlF", ...installed, ...patterns, ...folders], {
    encoding: "utf8",
  });
  // grep ends with 1 when it finds nothing, and with more when it could not look.
  if (status === 0 || status === 1) return stdout.split("\n").filter(Boolean);
  throw error ?? new Error(`grep ended with ${status}\n${stderr}`);
}
