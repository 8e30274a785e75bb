import { setTimeout as sleep } from "node:timers/promises";

export { sleep };

/** Ends a wait at once: what is awaited cannot come any more. */
export class HopelessError extends Error {}

export interface WaitOptions {
  seconds: number;
  every?: number;
  signal?: AbortSignal;
}

/**
 * Calls `probe` until it gives undefined ("fine"); what it gave last is the reason in the error otherwise.
 * A probe that throws counts as "not yet", with its message as the reason.
 */
export async function waitFor(
  what: string,
  probe: () => Promise<string | undefined>,
  options: WaitOptions,
): Promise<void> {
  const end = Date.now() + options.seconds * 1000;
  for (;;) {
    options.signal?.throwIfAborted();
    const reason = await probe().catch((error: unknown) => {
      if (error instanceof HopelessError) throw error;
      return error instanceof Error ? error.message : String(error);
    });
    if (reason === undefined) return;
    if (Date.now() > end) throw new Error(`${what}: not there after ${options.seconds} s: ${reason}`);
    await sleep(options.every ?? 150);
  }
}
