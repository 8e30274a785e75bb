import { describe, expect, it } from "vitest";
import type { Cluster, StoredObject } from "../../../provider/kubernetes/client";
import type { Kind, Place } from "../../../provider/kubernetes/kinds";
import { withdraw } from "../../../provider/resources/readiness/withdraw";

const namespace = "cafe";
const finalizers = ["acme.cert-manager.io/finalizer", "example.com/own"];

function object(
  kind: string,
  name: string,
  owner?: string,
  more: Partial<StoredObject["metadata"]> = {},
): StoredObject {
  const ownerReferences = owner === undefined ? [] : [{ kind: "any", name: owner, uid: owner }];
  return { kind, metadata: { name, namespace, uid: name, resourceVersion: "1", ownerReferences, ...more } };
}

/** Two Certificates, each with a challenge under way: what is owned by a request that goes begins to go with it. */
function clusterOf(more?: Partial<StoredObject["metadata"]>) {
  const certificate = (name: string): StoredObject => ({
    ...object("Certificate", name, undefined, more),
    status: { conditions: [{ type: "Issuing", status: "True" }] },
  });
  const chain = (name: string): StoredObject[] => [
    object("CertificateRequest", `${name}-1`, name),
    object("Order", `${name}-1-1`, `${name}-1`),
    object("Challenge", `${name}-1-1-1`, `${name}-1-1`, { finalizers }),
  ];
  const all = new Map(
    ["shop", "other"]
      .flatMap((name) => [certificate(name), ...chain(name)])
      .map((one) => [`${one.kind} ${one.metadata.name}`, one]),
  );
  const failedCleanUp = {
    ...object("Event", "e"),
    involvedObject: { kind: "Challenge", name: "shop-1-1-1", uid: "shop-1-1-1", namespace },
    type: "Warning",
    reason: "CleanUpError",
    message: "Error cleaning up challenge: Found no Zones for domain",
  };
  const written: string[] = [];
  const cluster = {
    get: (kind: Kind, { name }: Place) => Promise.resolve(all.get(`${kind.kind} ${name}`)),
    list: (kind: Kind) =>
      Promise.resolve(
        kind.kind === "Event" ? [failedCleanUp] : [...all.values()].filter((one) => one.kind === kind.kind),
      ),
    patch: (kind: Kind, { name }: Place, patch: { metadata?: object }) => {
      written.push(`${kind.kind} ${name} ${JSON.stringify(patch.metadata)}`);
      all.delete(`${kind.kind} ${name}`);
      return Promise.resolve({});
    },
    updateStatus: (kind: Kind, { name }: Place, { metadata, status }: StoredObject) => {
      written.push(`${kind.kind} ${name} at ${metadata.resourceVersion}`);
      all.get(`${kind.kind} ${name}`)!.status = status;
      return Promise.resolve({});
    },
    delete: (kind: Kind, { name }: Place) => {
      written.push(`delete ${kind.kind} ${name}`);
      all.delete(`CertificateRequest ${name}`);
      all.get(`Challenge ${name}-1-1`)!.metadata.deletionTimestamp = "2026-11-25T03:00:00Z";
      return Promise.resolve(true);
    },
  };
  return { cluster: cluster as unknown as Cluster, written };
}

describe("withdraw", () => {
  it("ends what is under way for one Certificate, keeps finalizers of others, and touches no other Certificate", async () => {
    const { cluster, written } = clusterOf();
    await withdraw(cluster, { namespace, name: "shop" }, new AbortController().signal);
    expect(written).toEqual([
      "Certificate shop at 1",
      "delete CertificateRequest shop-1",
      'Challenge shop-1-1-1 {"resourceVersion":"1","finalizers":["example.com/own"]}',
    ]);
  });

  it("leaves a Certificate alone for which the Kubernetes plugin waits from now on", async () => {
    const annotations = { "pulumi.com/waitFor": "condition=Ready" };
    const { cluster, written } = clusterOf({ annotations });
    await withdraw(cluster, { namespace, name: "shop" }, new AbortController().signal);
    expect(written).toEqual([]);
  });

  it("ends when the engine cancels", async () => {
    const { cluster } = clusterOf();
    await expect(withdraw(cluster, { namespace, name: "shop" }, AbortSignal.abort())).rejects.toThrow("aborted");
  });
});
