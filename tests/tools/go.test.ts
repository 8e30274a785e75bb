import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const tools = join(__dirname, "..", "lab", "tools");

/** The lab's own Go programs, by module. */
const packages: [module: string, pattern: string][] = [
  ["world", "./backend/..."],
  ["world", "./cm/..."],
  ["world", "./edge/..."],
  ["world", "./kubelet/..."],
  ["pulumi", "./cloud-plugins/..."],
  ["pulumi", "./pulumi-resource-kubernetes/..."],
  ["pulumi", "./sdkgen/..."],
];

/** With the flags that the programs are built with, so that their dependencies are not compiled a second time. */
function go(module: string, command: string, pattern: string): { status: number | null; output: string } {
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-trimpath" };
  const { status, stdout, stderr } = spawnSync("go", [command, pattern], {
    cwd: join(tools, module),
    env,
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

describe("the lab's Go programs", () => {
  it.each(packages)("pass go vet and go test: %s %s", (module, pattern) => {
    for (const command of ["vet", "test"]) {
      const { status, output } = go(module, command, pattern);
      expect(status, `go ${command} ${pattern}\n${output}`).toBe(0);
    }
  });
});
