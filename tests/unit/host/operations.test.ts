import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { graceSeconds, Operations } from "../../../provider/host/operations";

describe("an operation that can be ended", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const outcome = (call: Promise<unknown>): Promise<unknown> => call.catch((error: Error) => error.message);
  const forEver = () => new Promise<never>(() => undefined);

  it("has the bound that it was given, and then a moment to say what it leaves behind", async () => {
    let signal: AbortSignal | undefined;
    const call = outcome(
      new Operations().cancellable("creating one", 60, (given) => {
        signal = given;
        return forEver();
      }),
    );
    await vi.advanceTimersByTimeAsync(59_000);
    expect(signal!.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(signal!.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(graceSeconds * 1000);
    expect(await call).toMatch(/^creating one did not end within 60 seconds/);
  });

  it("is not ended at once by a bound that is longer than a timer can be", async () => {
    const days = 30 * 24 * 3600;
    const call = outcome(
      new Operations().cancellable("creating one", days, () => new Promise((done) => setTimeout(done, 1000, "made"))),
    );
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await call).toBe("made");
  });

  it("may end well although it was told to end", async () => {
    const operations = new Operations();
    const call = outcome(
      operations.cancellable("creating one", 0, () => new Promise((done) => setTimeout(done, 1000, "made"))),
    );
    operations.cancelAll();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await call).toBe("made");
  });
});
