import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { lookAtCertificate, resume } from "../../../provider/resources/readiness/certificate";
import { watchRelease } from "../../../provider/resources/readiness/release";
import type { Cluster, StoredObject } from "../../../provider/kubernetes/client";
import { ClusterError } from "../../../provider/kubernetes/failure";
import type { Kind } from "../../../provider/kubernetes/kinds";

const place = { namespace: "cafe", name: "shop" };

interface Patch {
  kind: string;
  patch: object;
}

/** A cluster of these objects, which notes what is asked of it. */
function clusterOf(objects: () => StoredObject[]) {
  const patches: Patch[] = [];
  const of = (kind: Kind) => objects().filter((object) => object.kind === kind.kind);
  const cluster = {
    get: (kind: Kind) => Promise.resolve(of(kind)[0]),
    list: (kind: Kind) => Promise.resolve(of(kind)),
    patch: (kind: Kind, _place: unknown, patch: object) => Promise.resolve(patches.push({ kind: kind.kind, patch })),
    updateStatus: (kind: Kind, _place: unknown, patch: object) =>
      Promise.resolve(patches.push({ kind: kind.kind, patch })),
    create: () => Promise.resolve({}),
    podLog: () => Promise.resolve(""),
  };
  return { cluster: cluster as unknown as Cluster, patches };
}

const record = (version: number, status: string): StoredObject => ({
  kind: "Secret",
  metadata: { name: `v${version}`, uid: String(version), labels: { version: String(version), status } },
});

const owner = (kind: string, uid: string) => ({ kind, name: kind, uid });

const release = { namespace: "cert-manager", name: "cert-manager" };
const asked = { version: "1.21.2", values: { crds: { enabled: true } } };

/** As Helm writes it. */
const packed = (version: string, config?: object): string =>
  Buffer.from(gzipSync(JSON.stringify({ chart: { metadata: { version } }, config })).toString("base64")).toString(
    "base64",
  );

describe("watchRelease", () => {
  async function states(...seen: StoredObject[][]): Promise<string[]> {
    let now: StoredObject[] = [];
    const look = watchRelease(clusterOf(() => now).cluster, release, asked);
    const found: string[] = [];
    for (now of seen) found.push((await look()).state);
    return found;
  }

  it("takes a revision of before for no answer", async () => {
    const failed = record(1, "failed");
    expect(await states([failed], [failed, record(2, "pending-upgrade")], [failed, record(2, "failed")])).toEqual([
      "waiting",
      "waiting",
      "hopeless",
    ]);
  });

  it("tells of what was seen of a revision that Helm has taken back", async () => {
    const pod = { kind: "Pod", metadata: { name: "webhook-1", namespace: "cert-manager", uid: "p" } };
    const deployment = { kind: "Deployment", metadata: { name: "webhook", namespace: "cert-manager", uid: "d" } };
    const set = {
      kind: "ReplicaSet",
      metadata: { name: "webhook", uid: "s", ownerReferences: [owner("Deployment", "d")] },
    };
    const waiting = { reason: "ImagePullBackOff", message: "no such image" };
    const stuck = {
      ...pod,
      metadata: { ...pod.metadata, ownerReferences: [owner("ReplicaSet", "s")] },
      status: { containerStatuses: [{ name: "webhook", state: { waiting } }] },
    };
    let now: StoredObject[] = [record(1, "pending-install"), deployment, set, stuck];
    const look = watchRelease(clusterOf(() => now).cluster, release, asked);
    expect((await look()).state).toBe("waiting");
    now = [];
    expect(await look()).toMatchObject({
      state: "hopeless",
      diagnosis: { cause: { summary: "an image of the chart cannot be pulled" } },
    });
  });

  it("takes what an upgrade is rolled back to for no success", async () => {
    const before = record(1, "deployed");
    const upgrading = [before, record(2, "pending-upgrade")];
    expect(await states([before], upgrading, [before, record(3, "deployed")])).toEqual([
      "waiting",
      "waiting",
      "hopeless",
    ]);
  });

  it("does not wait for Helm where what is asked for is deployed: an adoption, or a kubeconfig that is new", async () => {
    const deployed = (version: string, config: object) => [
      { ...record(3, "deployed"), data: { release: packed(version, config) } },
    ];
    expect(await states(deployed("v1.21.2", asked.values))).toEqual(["ready"]);
    expect(await states(deployed("v1.21.1", asked.values))).toEqual(["waiting"]);
    expect(await states(deployed("v1.21.2", { crds: { enabled: false } }))).toEqual(["waiting"]);
    expect(await states([{ ...record(3, "deployed"), data: { release: "bm90aGluZw==" } }])).toEqual(["waiting"]);
  });

  it("watches nothing where Helm's records may not be read", async () => {
    const list = () => Promise.reject(new ClusterError("forbidden", 403));
    const look = watchRelease({ list } as unknown as Cluster, release, asked);
    expect((await look()).state).toBe("ready");
  });

  it("knows one that Helm has begun already", async () => {
    expect(await states([record(1, "pending-install")], [record(1, "deployed")])).toEqual(["waiting", "ready"]);
  });
});

const certificate = (status: Record<string, unknown>): StoredObject => ({
  kind: "Certificate",
  metadata: { name: "shop", namespace: "cafe", uid: "u", generation: 2, resourceVersion: "7" },
  status,
});

const ready = (observedGeneration: number) => [{ type: "Ready", status: "True", observedGeneration }];
const failed = {
  conditions: [{ type: "Issuing", status: "False", reason: "Failed" }],
  lastFailureTime: "2026-11-25T03:00:00Z",
  failedIssuanceAttempts: 1,
};

describe("lookAtCertificate", () => {
  it.each([
    ["ready", { conditions: ready(2), revision: 1 }, undefined],
    ["waiting", { conditions: ready(1), revision: 1 }, undefined],
    ["waiting", { conditions: ready(2), revision: 1 }, 1],
    ["ready", { conditions: ready(2), revision: 2 }, 1],
    ["hopeless", failed, undefined],
  ])("is %s with %j after revision %s", async (state, status, after) => {
    const { cluster } = clusterOf(() => [certificate(status)]);
    expect((await lookAtCertificate(cluster, place, after)).state).toBe(state);
  });

  it.each([
    ["waiting", "Pending"],
    ["hopeless", "Failed"],
    ["hopeless", "Denied"],
  ])("is %s after a failure beside a request that is %s", async (state, reason) => {
    const request: StoredObject = {
      kind: "CertificateRequest",
      metadata: { name: "shop-1", uid: "r", ownerReferences: [owner("Certificate", "u")] },
      status: { conditions: [{ type: "Ready", status: "False", reason }] },
    };
    const { cluster } = clusterOf(() => [certificate(failed), request]);
    expect((await lookAtCertificate(cluster, place, undefined)).state).toBe(state);
  });
});

describe("resume", () => {
  it("starts an issuance anew that has failed, to what it read and nothing else", async () => {
    const { cluster, patches } = clusterOf(() => [certificate(failed)]);
    await resume(cluster, place);
    expect(patches).toMatchObject([
      {
        kind: "Certificate",
        patch: {
          metadata: { resourceVersion: "7" },
          status: { conditions: [{ type: "Issuing", status: "True", reason: "ManuallyTriggered" }] },
        },
      },
    ]);
  });

  it("starts a forced issuance anew that has failed while the certificate of before is ready", async () => {
    const conditions = [...ready(2), ...failed.conditions];
    const { cluster, patches } = clusterOf(() => [certificate({ ...failed, conditions, revision: 1 })]);
    await resume(cluster, place, 1);
    expect(patches).toHaveLength(1);
  });

  describe("of one whose challenge has failed before", () => {
    const owned = (kind: string, uid: string, by: StoredObject, status: Record<string, unknown>): StoredObject => ({
      kind,
      metadata: { name: `shop-${uid}`, namespace: "cafe", uid, ownerReferences: [owner(by.kind!, by.metadata.uid)] },
      status,
    });
    const shop = certificate({ conditions: [] });
    const request = owned("CertificateRequest", "r", shop, { conditions: [] });
    const order = owned("Order", "o", request, { state: "pending" });
    const challenge = owned("Challenge", "c", order, { state: "pending", reason: "the API answered 403" });
    const event = (reason: string, lastTimestamp: string): StoredObject & Record<string, unknown> => ({
      kind: "Event",
      metadata: { name: reason, uid: reason },
      involvedObject: { kind: "Challenge", name: challenge.metadata.name, uid: "c" },
      type: reason === "Presented" ? "Normal" : "Warning",
      reason,
      lastTimestamp,
    });
    const refused = event("PresentError", "2026-11-25T03:00:00Z");
    const objects = [shop, request, order, challenge];

    it("lets that go on at once", async () => {
      const { cluster, patches } = clusterOf(() => [...objects, refused]);
      await resume(cluster, place);
      expect(patches).toMatchObject([{ kind: "Challenge" }]);
    });

    it("does not touch it while its record is being made, which would begin again", async () => {
      const { cluster, patches } = clusterOf(() => [...objects, event("Presented", "2026-11-25T03:00:05Z"), refused]);
      await resume(cluster, place);
      expect(patches).toEqual([]);
    });

    it("lets it go on where it has failed since", async () => {
      const { cluster, patches } = clusterOf(() => [...objects, refused, event("Presented", "2026-11-25T02:59:00Z")]);
      await resume(cluster, place);
      expect(patches).toHaveLength(1);
    });
  });

  it("does nothing to one that is ready", async () => {
    const { cluster, patches } = clusterOf(() => [certificate({ conditions: ready(2) })]);
    await resume(cluster, place);
    expect(patches).toEqual([]);
  });
});
