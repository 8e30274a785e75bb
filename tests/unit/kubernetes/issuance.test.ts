import { describe, expect, it, vi } from "vitest";
import { ClusterError } from "../../../provider/kubernetes/failure";
import { pauseIssuance, startIssuance, type StoredCertificate } from "../../../provider/kubernetes/issuance";

const place = { namespace: "cafe", name: "tea" };

const certificate = (
  conditions: { type: string; status: string }[] = [],
  more: Record<string, unknown> = {},
): StoredCertificate => ({
  metadata: { ...place, uid: "1", generation: 3, resourceVersion: "7" },
  status: { conditions, ...more },
});

const ready = { type: "Ready", status: "True" };
const issuing = { type: "Issuing", status: "True" };

/** A cluster that answers each read with the next of the given ones, the last one for ever. */
function reading(...states: StoredCertificate[]) {
  const written: unknown[] = [];
  const get = () => Promise.resolve(states.length > 1 ? states.shift() : states[0]);
  const updateStatus = (_kind: unknown, _place: unknown, object: unknown) => {
    written.push(object);
    return Promise.resolve(states[0]);
  };
  return { get: get as never, updateStatus: updateStatus as never, written };
}

describe("startIssuance", () => {
  it("sets the condition beside the others, for the version that it has read, and keeps the rest of the status", async () => {
    const cluster = reading(certificate([ready, { type: "Issuing", status: "False" }], { revision: 4 }));
    await startIssuance(cluster, place);
    expect(cluster.written).toEqual([
      {
        metadata: expect.objectContaining({ resourceVersion: "7" }) as object,
        status: {
          revision: 4,
          conditions: [
            ready,
            expect.objectContaining({
              ...issuing,
              reason: "ManuallyTriggered",
              observedGeneration: 3,
              lastTransitionTime: expect.stringMatching(/^[\d-]+T[\d:]+Z$/) as string,
            }),
          ],
        },
      },
    ]);
  });

  it("begins later than the second of the failure before, whose request cert-manager would take for its own", async () => {
    vi.useFakeTimers({ now: Date.parse("2026-11-25T12:00:00.400Z") });
    const cluster = reading(certificate([], { lastFailureTime: "2026-11-25T12:00:00Z" }));
    await startIssuance(cluster, place).finally(() => vi.useRealTimers());
    expect(JSON.stringify(cluster.written)).toContain('"lastTransitionTime":"2026-11-25T12:00:01Z"');
  });

  it("leaves a Certificate alone that is being issued", async () => {
    const cluster = reading(certificate([issuing]));
    await startIssuance(cluster, place);
    expect(cluster.written).toEqual([]);
  });

  it("reads again where somebody else wrote meanwhile", async () => {
    const cluster = reading(certificate([ready]), certificate([issuing]));
    const updateStatus = () =>
      Promise.reject(new ClusterError("changing it: it answered 409 Conflict", 409, "Conflict"));
    expect((await startIssuance({ ...cluster, updateStatus }, place))?.status?.conditions).toEqual([issuing]);
  });

  it("tells every other failure", async () => {
    const updateStatus = () =>
      Promise.reject(new ClusterError("changing it: it answered 403 Forbidden", 403, "Forbidden"));
    await expect(startIssuance({ ...reading(certificate()), updateStatus }, place)).rejects.toThrow("403 Forbidden");
  });
});

describe("pauseIssuance", () => {
  it.each([
    [undefined, 1],
    [3, 4],
  ])("tells cert-manager of a failure after %s, so that it begins again in five minutes", async (attempts, hours) => {
    vi.useFakeTimers({ now: Date.parse("2026-11-25T12:00:00Z") });
    const cluster = reading(certificate([ready, issuing], { failedIssuanceAttempts: attempts }));
    await pauseIssuance(cluster, place).finally(() => vi.useRealTimers());
    expect(cluster.written).toEqual([
      {
        metadata: expect.objectContaining({ resourceVersion: "7" }) as object,
        status: {
          conditions: [ready, expect.objectContaining({ type: "Issuing", status: "False", reason: "Failed" })],
          failedIssuanceAttempts: attempts ?? 1,
          lastFailureTime: `2026-11-25T${String(12 - hours).padStart(2, "0")}:05:00Z`,
        },
      },
    ]);
  });

  it("leaves a Certificate alone that is not being issued", async () => {
    const cluster = reading(certificate([ready]));
    await pauseIssuance(cluster, place);
    expect(cluster.written).toEqual([]);
  });
});
