import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readProbes, writeProbes } from "../contract/support/probe";
import { cacheFolder, ensureBuilt, type ExecOptions, findEngine, run, TerminalReporter } from "../lab";
import { buildPlugin } from "../support/build";
import { describeOperations } from "./support/events";
import { Stack, type Run } from "./support/stack";
import { resourcesOf } from "./support/state";
import { succeed } from "./support/story";

const folder = join(cacheFolder(), "runs", "custom-resource");
const password = "planted-password-of-the-probe";

/** Runs the engine on this machine itself, with the plugin that serves the tests' own resources before all others. */
function exec(argv: readonly string[], { env, path = [], ...options }: ExecOptions = {}) {
  const search = [join(folder, "plugin"), ...path, process.env.PATH ?? ""].join(delimiter);
  return run(argv, { ...options, env: { ...process.env, ...env, PATH: search } });
}

function writePlugin(): void {
  mkdirSync(join(folder, "plugin"), { recursive: true });
  const program = join(folder, "plugin", "pulumi-resource-certfleet");
  const script = join(__dirname, "..", "contract", "support", "probe-plugin.ts");
  writeFileSync(program, `#!/bin/sh\nexec node --require "${require.resolve("tsx/cjs")}" "${script}" "$@"\n`);
  chmodSync(program, 0o755);
}

describe("a custom resource under the real engine", () => {
  let stack: Stack;
  beforeAll(async () => {
    buildPlugin();
    const reporter = new TerminalReporter();
    await ensureBuilt({ reporter });
    rmSync(folder, { recursive: true, force: true });
    writePlugin();
    stack = new Stack({ world: { exec }, engine: await findEngine({ reporter }), folder, program: "custom-resource" });
    await stack.init({ settings: JSON.stringify({ args: { name: "one" } }) }, { password });
  });

  interface Settings {
    args: Record<string, unknown>;
    ignoreChanges?: string[];
    adopt?: string;
  }
  const set = (settings: Settings): Promise<void> => stack.configure({ settings: JSON.stringify(settings) });
  const probes = join(folder, "custom-resource", "probes.json");
  const names = (): unknown[] =>
    Object.values(readProbes(probes))
      .map(({ name }) => name)
      .sort();
  const announcedAndDone = async (expected: string[]): Promise<Run> => {
    expect(describeOperations(await succeed(stack.preview()))).toEqual(expected);
    const done = await succeed(stack.up());
    expect(describeOperations(done)).toEqual(expected);
    expect(describeOperations(await succeed(stack.preview()))).toEqual([]);
    return done;
  };

  it("shows every problem of its inputs, and never a secret", async () => {
    await set({ args: { name: "a", sise: 3 } });
    const refused = await stack.preview();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain('must have at least 3 characters; got "a"');
    expect(refused.output).toContain('is not a known key; did you mean "size"?');
    await set({ args: { name: "one" } });
  });

  it("shows in its preview what follows from its inputs, and makes nothing", async () => {
    const preview = await succeed(stack.preview());
    const announced = describeOperations(preview).filter((operation) => operation.includes("Probe"));
    expect(announced).toEqual(["create Probe first", "create Probe second"]);
    expect(preview.output).toMatch(/name\s*: "hello one"/);
    expect(names()).toEqual([]);
  });

  it("is made with its defaults, and its secrets are encrypted in the state", async () => {
    await succeed(stack.up());
    expect(names()).toEqual(["hello one", "one"]);
    const state = await stack.export();
    expect(state).toContain('"size": 1');
    expect(state).not.toContain(password);
    expect(state).not.toContain("key of probe-");
    expect(describeOperations(await succeed(stack.preview()))).toEqual([]);
    expect((await succeed(stack.refresh())).changes).toEqual({});
  });

  it("is changed in place, and what no update changes stays known: nothing that depends on it is announced", async () => {
    await set({ args: { name: "one", size: 2 } });
    const done = await announcedAndDone(["update Probe first"]);
    expect(done.operations[0]).toMatchObject({ properties: ["size"] });
  });

  it("is replaced where its definition says so, and what depends on it as far as it is touched", async () => {
    await set({ args: { name: "two", size: 2 } });
    const preview = describeOperations(await succeed(stack.preview()));
    const done = describeOperations(await succeed(stack.up()));
    expect(done).toEqual(preview);
    expect(done).toContain("replace Probe first");
    expect(names()).toEqual(["hello two", "two"]);
  });

  it("takes no notice of what the program ignores", async () => {
    await set({ args: { name: "two", size: 9 }, ignoreChanges: ["size"] });
    expect(describeOperations(await succeed(stack.up()))).toEqual([]);
  });

  it("is imported by its id", async () => {
    const adopted = {
      name: "adopted",
      size: 4,
      serial: "probe-adopted",
      greeting: "hello adopted",
      revision: 7,
      key: "k",
    };
    writeProbes({ ...readProbes(probes), "probe-adopted": adopted }, probes);
    await set({ args: { name: "two", size: 2 }, adopt: "probe-adopted" });
    await announcedAndDone(["import Probe adopted"]);
    const { id } = resourcesOf(await stack.export()).find(({ urn }) => urn.endsWith("::adopted"))!;
    expect(id).toBe("probe-adopted");
  });

  it("that is gone leaves the state on a refresh, and is made again", async () => {
    const others = Object.entries(readProbes(probes)).filter(([, { name }]) => name !== "two");
    writeProbes(Object.fromEntries(others), probes);
    expect((await succeed(stack.refresh())).changes).toMatchObject({ delete: 1 });
    await announcedAndDone(["create Probe first", "update Probe second"]);
  });

  it("that could not be finished is in the state, and the next update goes on with it", async () => {
    await set({ args: { name: "three", size: 2, behaviour: "unfinished" } });
    const failed = await stack.up();
    expect(failed.code).not.toBe(0);
    expect(failed.output).toContain("the probe exists, and is not finished");
    expect(names()).toContain("three");
    await set({ args: { name: "three", size: 2 } });
    await succeed(stack.up());
    expect(names()).toEqual(["hello three", "three"]);
    expect(describeOperations(await succeed(stack.preview()))).toEqual([]);
  });

  it("is gone after destroy", async () => {
    await succeed(stack.destroy());
    expect(names()).toEqual([]);
  });
});
