import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runtimeOf } from "../../e2e/support/install";
import { shortcomings } from "../../lab/engine/pulumi";

const hosts = ["pulumi-language-nodejs", "pulumi-language-python", "pulumi-language-go"];

describe("an engine on PATH", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "certfleet-engine-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function install(name: string, programs: readonly string[]): string {
    mkdirSync(join(folder, name));
    for (const program of programs) writeFileSync(join(folder, name, program), "");
    return join(folder, name);
  }

  it("will do with its language hosts beside it or on PATH", () => {
    const [beside, elsewhere] = [install("beside", hosts.slice(0, 2)), install("elsewhere", hosts.slice(2))];
    expect(shortcomings(join(beside, "pulumi"), "v3.246.0", elsewhere)).toEqual([]);
  });

  it.each([
    ["v3.246.0", hosts.slice(0, 1), ["pulumi-language-python is missing", "pulumi-language-go is missing"]],
    ["v3.199.0", hosts, ["it is v3.199.0, needed is 3.200 or later"]],
    [undefined, hosts, ['"pulumi version" fails']],
  ])("of version %s with %j lacks %j", (version, programs, lacks) => {
    expect(shortcomings(join(install("engine", programs), "pulumi"), version, "")).toEqual(lacks);
  });
});

describe("a program's runtime", () => {
  it.each([
    ["name: a\nruntime: go\n", "go"],
    ["name: a\nruntime:\n  name: python\n  options:\n    virtualenv: venv\n", "python"],
    ["name: a\n", ""],
  ])("of %j is %j", (project, runtime) => {
    expect(runtimeOf(project)).toBe(runtime);
  });
});
