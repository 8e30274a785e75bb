import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../../provider/diagnosis/objects";
import { diagnoseRequest } from "../../../provider/diagnosis/request";
import type { StoredObject } from "../../../provider/kubernetes/client";

/** A chain as cert-manager had it, without the Certificate at its top. */
const fixture = (name: string): StoredObject[] =>
  JSON.parse(readFileSync(join(__dirname, "fixtures", `${name}.json`), "utf8")) as StoredObject[];

function diagnose(objects: readonly StoredObject[], issuerOver: Partial<StoredObject> = {}) {
  const of = (kind: string) => objects.filter((object) => object.kind === kind);
  const request = of("CertificateRequest")[0];
  const issuer = of("ClusterIssuer")[0];
  const parts = {
    place: { namespace: "cafe", name: request?.metadata.name ?? "dry-run" },
    issuerName: "ClusterIssuer letsencrypt-staging",
    issuer: issuer && { ...issuer, ...issuerOver },
    requests: of("CertificateRequest"),
    orders: of("Order"),
    challenges: of("Challenge"),
    solvers: [],
    denied: [],
    events: of("Event") as StoredEvent[],
  };
  return diagnoseRequest(parts, request);
}

describe("diagnoseRequest", () => {
  it("goes from the request to the challenge that says why", () => {
    const { step, cause, commands } = diagnose(fixture("wrong-credential"));
    expect(step).toMatchObject({
      object: "CertificateRequest cafe/wrong-1",
      health: "waiting",
      below: [{ health: "waiting", below: [{ object: expect.stringMatching(/^Challenge cafe\/wrong-1-/) as string }] }],
    });
    expect(cause).toMatchObject({ name: "wrong-credential", at: expect.stringMatching(/^Challenge /) as string });
    expect(commands.at(-1)).toBe("kubectl describe challenges wrong-1- --namespace cafe");
  });

  it("knows one that has failed for good", () => {
    const { step, cause } = diagnose(fixture("challenge-invalid"));
    expect([step.health, cause?.name]).toEqual(["failed", "port-80"]);
  });

  it("shows an issuer that is not ready", () => {
    const conditions = [{ type: "Ready", status: "False", reason: "Failed", message: "oauth2: invalid_grant" }];
    const { step } = diagnose(fixture("wrong-credential"), { status: { conditions } });
    expect(step.below[0]).toMatchObject({ object: "ClusterIssuer letsencrypt-staging", health: "failed" });
  });

  it("finds nothing wrong with one that is answered, and says of one that is not there that it is not", () => {
    expect(diagnose(fixture("good"))).toMatchObject({ step: { health: "ready" } });
    expect(diagnose(fixture("good")).cause).toBeUndefined();
    expect(diagnose([]).step).toMatchObject({
      object: "CertificateRequest cafe/dry-run",
      health: "missing",
    });
  });
});
