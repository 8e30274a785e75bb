import { X509Certificate } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startSteadyClient } from "../../e2e/support/steady-client";
import type { World, WorldResponse } from "../../lab";
import { createAuthority, issue } from "../../lab/world/certificates";

const url = "https://tea.example.com/";

async function answerOf(status = 200): Promise<WorldResponse> {
  const { certificate } = await issue(await createAuthority("a CA"), "tea", ["tea.example.com"]);
  return { status, headers: {}, body: "", peer: { chain: [certificate] } as WorldResponse["peer"] };
}

const serial = ({ peer }: WorldResponse): string => new X509Certificate(peer!.chain[0]!).serialNumber;

/** A client of a world that gives these answers in turn, and the last one from then on. */
function clientOf(...answers: (() => Promise<WorldResponse>)[]) {
  const request = vi.fn(() => (answers.length > 1 ? answers.shift()! : answers[0]!)());
  return { request, client: startSteadyClient({ request } as unknown as World, url, "roots") };
}

describe("startSteadyClient", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("connects ten times a second, and takes only what the roots verify", async () => {
    const answer = await answerOf();
    const { request, client } = clientOf(() => Promise.resolve(answer));
    await vi.advanceTimersByTimeAsync(2000);
    expect(await client.stop()).toEqual({ connections: 20, failures: [], serials: [serial(answer)] });
    expect(request).toHaveBeenCalledWith({ url, ca: "roots", timeoutSeconds: 60 });
    await vi.advanceTimersByTimeAsync(2000);
    expect(request).toHaveBeenCalledTimes(20);
  });

  it("notes each failure, whatever it is, and each certificate once", async () => {
    const [first, second, refused] = [await answerOf(), await answerOf(), await answerOf(503)];
    const { client } = clientOf(
      () => Promise.resolve(first),
      () => Promise.reject(new Error("certificate has expired")),
      () => Promise.resolve(refused),
      () => Promise.resolve({ ...first, peer: undefined } as WorldResponse),
      () => Promise.resolve(first),
      () => Promise.resolve(second),
    );
    await vi.advanceTimersByTimeAsync(700);
    const { failures, serials } = await client.stop();
    expect(serials).toEqual([serial(first), serial(refused), serial(second)]);
    expect(failures).toEqual([
      expect.stringContaining("certificate has expired"),
      expect.stringContaining("it answers 503"),
      expect.stringContaining("without a certificate"),
    ]);
  });

  it("counts what is under way when it is stopped", async () => {
    const { client } = clientOf(() => new Promise((_resolve, reject) => setTimeout(reject, 5000, new Error("reset"))));
    await vi.advanceTimersByTimeAsync(150);
    const stopped = client.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect((await stopped).failures).toEqual([expect.stringContaining("reset")]);
  });
});
