import * as grpc from "@grpc/grpc-js";
import { InitFailure, messageOf, StatusError } from "./failures";

/** How long an operation that was told to end may take to say what it has made by then. */
export const graceSeconds = 10;

/** The longest timer that Node knows. */
const maxMilliseconds = 2 ** 31 - 1;

/** Work under way for the engine: what a Cancel ends, and what fails if something goes wrong that nobody waited for. */
export class Operations {
  readonly #abort = new Set<AbortController>();
  readonly #fail = new Set<(reason: unknown) => void>();

  /** Runs one call's work; it fails early if the process meets an error that no call has caught. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    let fail: (reason: unknown) => void = () => undefined;
    const failure = new Promise<never>((_resolve, reject) => (fail = reject));
    this.#fail.add(fail);
    try {
      return await Promise.race([work(), failure]);
    } finally {
      this.#fail.delete(fail);
    }
  }

  /** Fails every call under way: which of them an uncaught error belongs to cannot be told. False if there is none. */
  failAll(reason: unknown): boolean {
    const open = [...this.#fail];
    for (const fail of open) fail(reason);
    return open.length > 0;
  }

  /** Runs work that can be ended: by Cancel, or once its bound in seconds has passed (0: none). */
  async cancellable<T>(what: string, seconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#abort.add(controller);
    const { signal } = controller;
    const bound = Math.min(seconds * 1000, maxMilliseconds);
    const timer = seconds > 0 ? setTimeout(() => controller.abort(tookTooLong(what, seconds)), bound) : undefined;
    try {
      // An implementation that does not heed the signal must not hold up the engine for ever.
      return await Promise.race([work(signal), overdue(signal)]);
    } catch (error) {
      throw signal.aborted ? endedEarly(signal, error) : error;
    } finally {
      clearTimeout(timer);
      this.#abort.delete(controller);
    }
  }

  cancelAll(): void {
    const reason = new StatusError(grpc.status.CANCELLED, "cancelled: the engine asked for it, as on Ctrl-C");
    for (const controller of this.#abort) controller.abort(reason);
  }
}

/** Fails some time after the signal, so that work that heeds it can tell what it leaves behind. */
function overdue(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", () => setTimeout(fail, graceSeconds * 1000).unref(), { once: true });
  });
}

/** Why work ended early, with what it has left behind if it said so. */
function endedEarly(signal: AbortSignal, error: unknown): unknown {
  if (!(error instanceof InitFailure)) return signal.reason;
  const message = `${messageOf(signal.reason)}; ${error.message}`;
  return new InitFailure(message, error.id, error.properties, [message]);
}

const tookTooLong = (what: string, seconds: number) =>
  new StatusError(
    grpc.status.DEADLINE_EXCEEDED,
    `${what} did not end within ${seconds} seconds; if it needs longer, raise the resource's customTimeouts`,
  );
