import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import {
  cacheFolder,
  describeEngine,
  ensureBuilt,
  findEngine,
  openWorld,
  TerminalReporter,
  type Engine,
  type World,
  type WorldSettings,
} from "../../lab";
import { worldsOf } from "./names";
import { Stack, type Run, type StackOptions } from "./stack";

export interface Story {
  /** The one in which the engine runs. */
  world: World;
  /** All of them, `world` first. */
  worlds: readonly World[];
  /** The run's folder: the engine's state, settings, output and event logs. */
  folder: string;
  engine: Engine;
  /** A stack of an example, or of a program of the story's own in tests/e2e/programs. */
  stack(program: string, env?: Record<string, string>, more?: Pick<StackOptions, "name" | "installed">): Stack;
  /** Everything that the engine printed so far in this story. */
  output(): string;
}

/** Worlds of the story's own, up before its first test and gone after its last. */
export function tellStory(name: string, settings?: Partial<WorldSettings>): Story {
  const reporter = new TerminalReporter();
  const worlds = worldsOf(name).map((world) => openWorld(world));
  const world = worlds[0]!;
  const folder = join(cacheFolder(), "runs", world.name);
  const stacks: Stack[] = [];
  let engine: Engine | undefined;
  beforeAll(async () => {
    await ensureBuilt({ reporter });
    engine = await findEngine({ reporter });
    reporter.info(`${name}: ${describeEngine(engine)}`);
    rmSync(folder, { recursive: true, force: true });
    await Promise.all(
      worlds.map(async (one) => {
        if (one.isUp()) await one.down();
        await one.up({ reporter, settings });
      }),
    );
  });
  let broken = false;
  afterEach(({ task }) => {
    broken ||= task.result?.state === "fail";
  });
  // Each step builds on the one before, so after a failure the rest would only fail for the same reason.
  beforeEach(({ skip }) => skip(broken, "an earlier step of the story failed"));
  afterAll(async () => {
    // The worlds of a failed story can be kept to look at; their logs go with them otherwise.
    if (!process.env.CERTFLEET_KEEP_WORLDS) await Promise.all(worlds.map((one) => one.down()));
    for (const one of worlds) one.close();
  });
  return {
    world,
    worlds,
    folder,
    get engine() {
      return engine!;
    },
    stack(program, env, more) {
      const stack = new Stack({ world, engine: engine!, folder, program, env, ...more });
      stacks.push(stack);
      return stack;
    },
    output: () => stacks.flatMap((stack) => stack.logs).join("\n"),
  };
}

/** A run that ended well; what the engine printed is the message otherwise. */
export async function succeed(run: Promise<Run>): Promise<Run> {
  const result = await run;
  expect(result.code, result.output).toBe(0);
  return result;
}
