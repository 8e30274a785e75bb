import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../support/build";

/** What a script prints last, run in the process of a plugin that has started. */
function insidePlugin<T>(script: string): T {
  const started = `require(${JSON.stringify(join(root, "bin", "index.js"))});`;
  const setting = `const bin = (file) => require(${JSON.stringify(join(root, "bin"))} + "/" + file);
    const packages = () => Object.keys(require.cache).flatMap((file) => /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1] ?? []);
    const answer = (value) => (process.stdout.write("\\n" + JSON.stringify(value)), process.exit());`;
  const output = execFileSync(process.execPath, ["-e", `${started}\n${setting}\n${script}`], {
    cwd: root,
    encoding: "utf8",
  });
  return JSON.parse(output.trim().split("\n").pop()!) as T;
}

describe("the SDK in the plugin", () => {
  it("makes components without a TypeScript compiler, npm's reader of package trees and the Automation API", () => {
    const loaded = insidePlugin<string[]>(`bin("components/cluster-tls.js"); answer(packages());`);
    expect(loaded).toContain("@pulumi/kubernetes");
    expect(loaded).not.toContain("typescript");
    // What the reader of package trees and the Automation API would load themselves.
    expect(loaded).not.toContain("pacote");
    expect(loaded).not.toContain("execa");
  });

  it("loads what makes credentials at a cloud by its first use", () => {
    const loaded = insidePlugin<string[]>(`
      bin("components/cluster-tls.js");
      answer(Object.keys(require.cache).filter((file) => /node_modules.@pulumi.(gcp|cloudflare)/.test(file)));`);
    expect(loaded.filter((file) => /gcp.(serviceaccount|projects)|[tT]oken/.test(file))).toEqual([]);
  });

  it("has them for whoever uses them after all", () => {
    const found = insidePlugin<{ before: boolean; function: string; classes: string[]; again: boolean }>(`
      const pulumi = require("@pulumi/pulumi");
      const before = packages().includes("typescript");
      pulumi.runtime.serializeFunction(() => 1 + 1).then(({ text }) => {
        const { Arborist } = require("@npmcli/arborist");
        const again = require("@pulumi/pulumi/typescript-shim") === require("typescript");
        answer({ before, function: text, classes: [typeof Arborist, typeof pulumi.automation.LocalWorkspace], again });
      });`);
    expect(found).toMatchObject({ before: false, classes: ["function", "function"], again: true });
    expect(found.function).toContain("1 + 1");
  });

  it("keeps no trace of where its promises were made", () => {
    const traced = insidePlugin<boolean>(`
      bin("host/construct.js");
      const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable");
      answer("_debugStackTrace" in debuggablePromise(Promise.resolve(), "test"));`);
    expect(traced).toBe(false);
  });
});
