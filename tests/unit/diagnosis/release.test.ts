import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../../provider/diagnosis/objects";
import { diagnoseRelease, type ReleaseParts } from "../../../provider/diagnosis/release";
import type { StoredObject } from "../../../provider/kubernetes/client";

interface Fixture {
  objects: StoredObject[];
  logs: Record<string, string>;
}

/** cert-manager's namespace as the lab had it after Helm gave up. */
function partsOf(name: string): ReleaseParts {
  const { objects, logs } = JSON.parse(
    readFileSync(join(__dirname, "fixtures", `release-${name}.json`), "utf8"),
  ) as Fixture;
  const of = (kind: string) => objects.filter((object) => object.kind === kind);
  return {
    place: { namespace: "cert-manager", name: "cert-manager" },
    record: of("Secret")[0],
    deployments: of("Deployment"),
    jobs: of("Job"),
    replicaSets: of("ReplicaSet"),
    pods: of("Pod"),
    events: of("Event") as StoredEvent[],
    logs,
  };
}

describe("diagnoseRelease", () => {
  it.each([
    [
      "bad-image",
      "an image of the chart cannot be pulled",
      'ErrImagePull: the lab has no program for image "quay.io/nowhere/webhook',
    ],
    ["pending", "a Pod of the chart fits on no node", "didn't match Pod's node affinity/selector"],
    ["bad-args", "a program of the chart does not run", "unknown flag: --nonsense"],
    [
      "hook",
      "cert-manager's webhook does not answer the API server",
      'failed calling webhook "webhook.cert-manager.io"',
    ],
  ])("of %s says: %s", (name, summary, reason) => {
    const { step, cause } = diagnoseRelease(partsOf(name));
    expect(step).toMatchObject({ object: "Release cert-manager/cert-manager", health: "failed" });
    expect(cause).toMatchObject({ summary, at: expect.stringMatching(/^Pod cert-manager\/cert-manager-/) as string });
    expect(cause!.reason).toContain(reason);
  });

  it("asks the API server itself where the hook is gone", () => {
    const parts = { ...partsOf("hook"), pods: [], logs: {} };
    expect(diagnoseRelease(parts).cause).toBeUndefined();
    const webhookRefusal =
      'Internal error occurred: failed calling webhook "webhook.cert-manager.io": context deadline exceeded';
    expect(diagnoseRelease({ ...parts, webhookRefusal }).cause).toMatchObject({
      name: "webhook",
      at: "the API server",
    });
  });

  it("finds nothing wrong with one that is deployed", () => {
    const parts = partsOf("hook");
    parts.record!.metadata.labels!.status = "deployed";
    expect(diagnoseRelease(parts)).toMatchObject({ step: { health: "ready" } });
  });
});
