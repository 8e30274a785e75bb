import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Cluster } from "../../../provider/kubernetes/client";
import { readiness } from "../../../provider/resources/readiness";
import type { Values } from "../../../provider/resources/definition";

vi.mock("node:timers/promises", () => ({ setTimeout: vi.fn() }));

const args = { kind: "Gateway", namespace: "cafe", name: "tea", spec: {}, uid: "u" };

/** Updates the wait for a Gateway whose controller gives it another address during the first pause; the address that is found. */
async function addressAfter(before: Values, now: Values): Promise<unknown> {
  let address = "192.0.2.1";
  vi.mocked(sleep).mockImplementation(() => {
    address = "192.0.2.2";
    return Promise.resolve();
  });
  const gateway = () => ({
    metadata: { name: "tea", uid: "u", generation: 1 },
    status: {
      addresses: [{ value: address }],
      conditions: [{ type: "Programmed", status: "True", observedGeneration: 1 }],
    },
  });
  const get = () => Promise.resolve(gateway());
  vi.spyOn(Cluster, "of").mockResolvedValue({ get } as unknown as Cluster);
  const context = { config: { kubeconfig: "{}" }, signal: new AbortController().signal, timeoutSeconds: 60 };
  const existing = { id: "Gateway/cafe/tea", state: { ...args, ...before } };
  const { addresses } = await readiness.update!(existing, { ...args, ...now }, context);
  return (addresses as string[])[0];
}

describe("a Gateway whose annotations change", () => {
  afterEach(() => void vi.restoreAllMocks());

  const metadata = (pool: string) => ({ metadata: { annotations: { "example.com/pool": pool } } });

  it("is read only when its controller had time to see them, since its generation stays the same", async () => {
    expect(await addressAfter(metadata("a"), metadata("b"))).toBe("192.0.2.2");
    expect(await addressAfter({}, metadata("b"))).toBe("192.0.2.2");
  });

  it("is read at once where nothing but its spec has changed", async () => {
    expect(await addressAfter(metadata("a"), { ...metadata("a"), spec: { x: 1 } })).toBe("192.0.2.1");
  });
});
