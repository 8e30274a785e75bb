import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../../provider/diagnosis/objects";
import { diagnoseRelease, type ReleaseParts } from "../../../provider/diagnosis/release";
import type { StoredObject } from "../../../provider/kubernetes/client";
import { Denied } from "../../../provider/kubernetes/permitted";

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
    denied: [],
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

  describe("where the API server refuses the Pods", () => {
    const quota = 'pods "x" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0';
    const security = 'pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true';
    const policy = 'admission webhook "validate.kyverno.svc-fail" denied the request: no label team';
    const limits = 'pods "x" is forbidden: maximum cpu usage per Container is 1, but limit is 2';
    /** What an API server says of a webhook whose Pods are not there. */
    const webhookRefusal =
      'Internal error occurred: failed calling webhook "webhook.cert-manager.io": failed to call webhook: Post "https://cert-manager-webhook.cert-manager.svc:443/validate?timeout=30s": dial tcp 10.0.0.1:443: connect: connection refused';

    it.each([
      ["quota", quota],
      ["pod-security", security],
      ["admission", policy],
      ["admission", limits],
    ])("names it %s and not the webhook, which is not there: %s", (name, message) => {
      const parts = { ...partsOf("hook"), pods: [], jobs: [], logs: {}, webhookRefusal };
      for (const deployment of parts.deployments) {
        deployment.status = {
          conditions: [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message }],
        };
      }
      const { step, cause } = diagnoseRelease(parts);
      expect(cause).toMatchObject({ name, at: "Deployment cert-manager/cert-manager", reason: message });
      expect(step.below[0]).toMatchObject({ health: "failed", says: message });
    });

    it("reads of a Job's Pods in its events", () => {
      const parts = { ...partsOf("hook"), pods: [], logs: {}, webhookRefusal: undefined };
      const [job] = parts.jobs;
      const { name, namespace, uid } = job!.metadata;
      const involvedObject = { kind: "Job", name, namespace: namespace!, uid };
      const metadata = { name: "one", uid: "e", creationTimestamp: "2099-01-01T00:00:00Z" };
      const event = {
        metadata,
        involvedObject,
        type: "Warning",
        reason: "FailedCreate",
        message: `Error creating: ${quota}`,
      };
      const { cause } = diagnoseRelease({ ...parts, events: [event] });
      expect(cause).toMatchObject({ name: "quota", at: "Job cert-manager/cert-manager-startupapicheck" });
    });
  });

  it("does not name a webhook that Helm could not make", () => {
    const parts = { ...partsOf("hook"), deployments: [], jobs: [], pods: [], logs: {} };
    const webhookRefusal = 'failed calling webhook "webhook.cert-manager.io": service "cert-manager-webhook" not found';
    expect(diagnoseRelease({ ...parts, webhookRefusal }).cause).toBeUndefined();
  });

  it("says what may not be read, and which right that takes", () => {
    const denied = [
      new Denied("Secrets", "list secrets --namespace cert-manager"),
      new Denied("Pods", "list pods --namespace cert-manager"),
    ];
    const { step } = diagnoseRelease({ ...partsOf("hook"), record: undefined, denied });
    expect(step.health).toBe("unreadable");
    expect(step.says).toBe("may not be read; the right is missing to list secrets --namespace cert-manager");
    expect(step.below.map(({ object, health }) => `${object} ${health}`)).toContain("Pods unreadable");
  });

  it("finds nothing wrong with one that is deployed", () => {
    const parts = partsOf("hook");
    parts.record!.metadata.labels!.status = "deployed";
    expect(diagnoseRelease(parts)).toMatchObject({ step: { health: "ready" } });
  });
});
