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
} from "../../lab";
import { worldOf } from "./names";
import { Stack, type Run } from "./stack";

export interface Story {
  world: World;
  /** The run's folder: the engine's state, settings, output and event logs. */
  folder: string;
  engine: Engine;
  /** A stack of an example, or of a program in a folder of its own. */
  stack(program: string, env?: Record<string, string>): Stack;
  /** Everything that the engine printed so far in this story. */
  output(): string;
}

/** A world of the story's own, up before its first test and gone after its last. */
export function tellStory(name: string): Story {
  const reporter = new TerminalReporter();
  const world = openWorld(worldOf(name));
  const folder = join(cacheFolder(), "runs", worldOf(name));
  const stacks: Stack[] = [];
  let engine: Engine | undefined;
  beforeAll(async () => {
    await ensureBuilt({ reporter });
    engine = await findEngine({ reporter });
    reporter.info(`${name}: ${describeEngine(engine)}`);
    if (world.isUp()) await world.down();
    rmSync(folder, { recursive: true, force: true });
    await world.up({ reporter });
  });
  let broken = false;
  afterEach(({ task }) => {
    broken ||= task.result?.state === "fail";
  });
  // Each step builds on the one before, so after a failure the rest would only fail for the same reason.
  beforeEach(({ skip }) => skip(broken, "an earlier step of the story failed"));
  afterAll(async () => {
    // The world of a failed story can be kept to look at; its logs go with it otherwise.
    if (!process.env.CERTFLEET_KEEP_WORLDS) await world.down();
    world.close();
  });
  return {
    world,
    folder,
    get engine() {
      return engine!;
    },
    stack(program, env) {
      const stack = new Stack({ world, engine: engine!, folder, program, env });
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
