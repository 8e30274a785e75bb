import { setTimeout as sleep } from "node:timers/promises";

export { sleep };

/** Ends a wait at once: what is awaited cannot come any more. */
export class HopelessError extends Error {}

export interface WaitOptions {
  seconds: number;
  every?: number;
  signal?: AbortSignal;
}

/** Rejects when aborted, without waiting for what cannot be interrupted itself. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

const reasonOf = (error: unknown): string => {
  if (error instanceof HopelessError) throw error;
  return error instanceof Error ? error.message : String(error);
};

/**
 * Calls `probe` until it gives undefined ("fine"); what it gave last is the reason in the error otherwise.
 * A probe that throws counts as "not yet", with its message as the reason.
 */
export async function waitFor(
  what: string,
  probe: () => Promise<string | undefined>,
  { seconds, every = 150, signal }: WaitOptions,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    signal?.throwIfAborted();
    const reason = await unlessAborted(probe().catch(reasonOf), signal);
    if (reason === undefined) return;
    if (Date.now() > end) throw new Error(`${what}: not there after ${seconds} s: ${reason}`);
    await sleep(every);
  }
}
