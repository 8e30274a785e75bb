import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "../support/build";
import type { Job, Measurement } from "./figures";
import { ratios, type Pair } from "./statistics";

const ROUNDS = 15;
const PATIENCE_MILLISECONDS = 30_000;

const ours = join(root, "bin", "index.js");
const bare = join(__dirname, "plugins", "bare.cjs");

/** Nobody listens there, and a plugin asks its engine for nothing before it says its port. */
const engineAddress = "127.0.0.1:1";

export const start: Measurement = {
  figures: [
    {
      name: "plugin.start.ratio",
      unit: "ratio",
      against: "a bare provider.main plugin",
      goal: 1,
      about: "time from starting the plugin's process to its port line",
    },
  ],
  takes: "15 s",
  async measure(job) {
    const pairs = await job.reporter.task("starting plugins", () => startPairs(job));
    job.report("plugin.start.ratio", ratios(pairs));
  },
};

async function startPairs({ signal }: Job): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const pair = { ours: await timeToPort(ours, signal), theirs: await timeToPort(bare, signal) };
    // The first round fills the page cache.
    if (round > 0) pairs.push(pair);
  }
  return pairs;
}

function timeToPort(script: string, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const since = performance.now();
  const child = spawn(process.execPath, [script, engineAddress], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: PATIENCE_MILLISECONDS,
  });
  let took: number | undefined;
  child.stdout.on("data", (data: Buffer) => {
    if (took !== undefined || !data.includes("\n")) return;
    took = performance.now() - since;
    child.kill("SIGKILL");
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, killed) => {
      if (took !== undefined) resolve(took);
      else reject(new Error(`${script}: ended (${killed ?? code}) without a line with its port`));
    });
  });
}
