import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { ResourceContext, ResourceDefinition, Values } from "../../../provider/resources/definition";
import { built } from "./built";

const { Unfinished } = built<typeof import("../../../provider/resources/definition")>("resources/definition");
const { input, objectType } = built<typeof import("../../../provider/schema/vocabulary")>("schema/vocabulary");

/**
 * A custom resource that exists for the tests of the host only, in a file of the folder in which the plugin runs: with what real ones
 * have, and with a lever (`behaviour`) for what goes wrong with them.
 */
export const token = "certfleet:index:Probe";

const args = z.strictObject({
  name: input(z.string().min(3, "must have at least 3 characters")).meta({ replaceOnChanges: true }),
  size: input(z.int().min(1, "must be at least 1")).default(1),
  labels: input(z.record(z.string(), z.string())).optional(),
  password: input(z.string()).optional().meta({ secret: true }),
  nested: objectType("ProbeNested", "Nested.", {
    items: z.array(objectType("ProbeItem", "An item.", { text: input(z.string().min(1, "must not be empty")) })),
  }).optional(),
  behaviour: input(z.enum(["fail", "unfinished", "hang", "unfinished-when-ended", "throw-later"])).optional(),
});

const outputs = z.object({
  name: z.string(),
  size: z.number(),
  labels: z.record(z.string(), z.string()).optional(),
  password: z.string().optional().meta({ secret: true }),
  serial: z.string(),
  greeting: z.string(),
  revision: z.number(),
  key: z.string().meta({ secret: true }),
  directory: z.string().optional(),
});

const file = "probes.json";

/** What exists, by id; also for a test to look at, or to change behind the engine's back. */
export const readProbes = (path = file): Record<string, Values> =>
  existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, Values>) : {};

export const writeProbes = (probes: Record<string, Values>, path = file): void =>
  writeFileSync(path, JSON.stringify(probes));

const store = (id: string, state: Values | undefined): void => writeProbes({ ...readProbes(), [id]: state! });

const greeting = ({ name }: Values): Values => (typeof name === "string" ? { greeting: `hello ${name}` } : {});

function finish(values: Values, { signal }: ResourceContext, state: Values): Promise<void> {
  switch (values.behaviour) {
    case "fail":
      throw new Error("the probe was told to fail");
    case "unfinished":
      throw new Unfinished({ id: String(state.serial), state }, "the probe exists, and is not finished");
    case "hang":
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      });
    case "unfinished-when-ended":
      return new Promise((_resolve, reject) => {
        const tell = () => reject(new Unfinished({ id: String(state.serial), state }, "the probe exists already"));
        signal.addEventListener("abort", tell, { once: true });
      });
    case "throw-later":
      setTimeout(() => {
        throw new Error("nobody waited for this");
      });
      return new Promise(() => undefined);
    default:
      return Promise.resolve();
  }
}

export const probe: ResourceDefinition = {
  token,
  description: "For the tests of the host.",
  args,
  outputs,
  stables: ["serial"],
  preview: greeting,
  async create(values, context) {
    const serial = `probe-${randomUUID()}`;
    const directory = context.config.directory;
    const state = { ...values, ...greeting(values), serial, revision: 1, key: `key of ${serial}`, directory };
    store(serial, state);
    await finish(values, context, state);
    return { id: serial, state };
  },
  read(id) {
    const state = readProbes()[id];
    if (!state) return Promise.resolve(undefined);
    const { name, size, labels, password } = state;
    return Promise.resolve({ args: { name, size, labels, password }, state });
  },
  async update({ id, state }, values, context) {
    const next = { ...state, ...values, ...greeting(values), revision: Number(state.revision) + 1 };
    store(id, next);
    await finish(values, context, next);
    return next;
  },
  delete({ id }) {
    // A value of undefined is left out as the file is written.
    store(id, undefined);
    return Promise.resolve();
  },
};

/** One that cannot be read or changed in place. */
export const fixed: ResourceDefinition = {
  token: "certfleet:index:Fixed",
  description: "For the tests of the host.",
  args: z.strictObject({ name: input(z.string()).meta({ replaceOnChanges: true }) }),
  outputs: z.object({ name: z.string() }),
  create: (values) => Promise.resolve({ id: "fixed", state: values }),
};
