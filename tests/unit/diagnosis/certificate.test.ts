import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { backoffEnd, diagnoseCertificate, type CertificateParts } from "../../../provider/diagnosis/certificate";
import type { StoredEvent } from "../../../provider/diagnosis/objects";
import { renderDiagnosis } from "../../../provider/diagnosis/render";
import { issuerRefOf } from "../../../provider/diagnosis/read";
import type { StoredObject } from "../../../provider/kubernetes/client";
import { Denied } from "../../../provider/kubernetes/permitted";

/** Objects of one Certificate as the lab's cert-manager 1.21.2 had them, but for keys, tokens and what is of no interest here. */
const fixture = (name: string): StoredObject[] =>
  JSON.parse(readFileSync(join(__dirname, "fixtures", `${name}.json`), "utf8")) as StoredObject[];

function partsOf(objects: readonly StoredObject[]): CertificateParts {
  const of = (...kinds: string[]) => objects.filter(({ kind }) => kinds.includes(kind!));
  const [certificate] = of("Certificate");
  return {
    place: { namespace: "cafe", name: certificate!.metadata.name },
    certificate,
    issuerName: `ClusterIssuer ${issuerRefOf(certificate!).name}`,
    issuer: of("ClusterIssuer")[0],
    requests: of("CertificateRequest"),
    orders: of("Order"),
    challenges: of("Challenge"),
    solvers: of("Pod", "Service", "Ingress", "HTTPRoute"),
    events: of("Event") as StoredEvent[],
    denied: [],
  };
}

const now = new Date("2026-11-25T03:20:00Z");
const diagnose = (name: string) => diagnoseCertificate(partsOf(fixture(name)), now);

/** The objects of a chain, outermost first. */
const chain = (name: string): string[] => {
  const kinds: string[] = [];
  for (let step = [diagnose(name).step]; step.length > 0; step = step.flatMap(({ below }) => below))
    kinds.push(...step.map(({ object, health }) => `${object.split(" ")[0]} ${health}`));
  return kinds;
};

describe("diagnoseCertificate", () => {
  it.each([
    ["wrong-credential", "wrong-credential", "Challenge", "Error: 9109: Invalid access token"],
    ["malformed-credential", "wrong-credential", "Challenge", "6111: Invalid format for Authorization header"],
    ["read-only-credential", "underprivileged-credential", "Challenge", "Error: 10000: Authentication error"],
    ["zone-missing", "zone-missing", "Challenge", "Found no Zones for domain _acme-challenge.shop.nowhere.test."],
    ["zone-out-of-reach", "zone-missing", "Challenge", "Found no Zones for domain _acme-challenge.net.example.com."],
    ["missing-secret", "missing-credential", "ClusterIssuer", 'secrets "t-missing" not found'],
    ["directory-unreachable", "directory-unreachable", "ClusterIssuer", "lookup acme.nowhere.test"],
    ["port-80-wrong-status", "port-80", "Challenge", "wrong status code '404', expected '200'"],
    ["challenge-invalid", "port-80", "Challenge", "Non-200 status code from HTTP: http://httpinvalid.example.com:80/"],
    ["issuer-missing", "issuer-missing", "CertificateRequest", 'Referenced "ClusterIssuer" not found'],
  ])("of %s finds %s, and where", (name, cause, kind, reason) => {
    const found = diagnose(name).cause!;
    expect(found.name).toBe(cause);
    expect(found.at).toMatch(new RegExp(`^${kind} `));
    expect(found.reason).toContain(reason);
    expect(found.fix).not.toBe("");
  });

  it("goes from the Certificate to what holds it up", () => {
    expect(chain("wrong-credential")).toEqual([
      "Certificate waiting",
      "CertificateRequest waiting",
      "Order waiting",
      "Challenge waiting",
    ]);
    expect(chain("directory-unreachable")).toEqual([
      "Certificate waiting",
      "ClusterIssuer failed",
      "CertificateRequest waiting",
    ]);
    expect(chain("issuer-missing").slice(0, 2)).toEqual(["Certificate waiting", "ClusterIssuer missing"]);
    expect(chain("port-80-wrong-status").slice(4)).toEqual(["Pod ready", "Service ready", "Ingress ready"]);
  });

  it("says what may not be read, and which right that takes", () => {
    const parts = {
      ...partsOf(fixture("wrong-credential")),
      issuer: new Denied("ClusterIssuer x", "get clusterissuers.cert-manager.io"),
      orders: [],
      challenges: [],
      denied: [new Denied("Orders", "list orders.acme.cert-manager.io --namespace cafe")],
    };
    const { step, cause } = diagnoseCertificate(parts, now);
    const hidden = step.below.filter(({ health }) => health === "unreadable");
    expect(hidden.map(({ object }) => object)).toEqual([parts.issuerName, "Orders"]);
    expect(hidden.map(({ says }) => says)).toEqual([
      "may not be read; the right is missing to get clusterissuers.cert-manager.io",
      "may not be read; the right is missing to list orders.acme.cert-manager.io --namespace cafe",
    ]);
    expect(cause).toBeUndefined();
    expect(renderDiagnosis({ step, commands: [] })).toContain("\n  -- Orders: may not be read");
  });

  it("finds nothing wrong with an issuance under way", () => {
    expect(diagnose("good").cause).toBeUndefined();
  });

  it("says when cert-manager goes on after a failed issuance", () => {
    expect(diagnose("challenge-invalid").nextRetry).toBe("2026-11-25T04:17:03Z");
    expect(diagnose("wrong-credential").nextRetry).toBe("by itself within 30 minutes");
  });

  it("does not repeat why a record could not be made that is made by now", () => {
    const objects = fixture("read-only-credential");
    objects.find(({ kind }) => kind === "Challenge")!.status!.presented = true;
    expect(diagnoseCertificate(partsOf(objects), now).cause).toBeUndefined();
  });

  it("knows no object that is gone", () => {
    const parts = { ...partsOf(fixture("good")), certificate: undefined };
    expect(diagnoseCertificate(parts, now).step).toMatchObject({ health: "missing" });
  });

  it("takes no status for an answer that answers an earlier spec", () => {
    const objects = fixture("good");
    const certificate = objects.find(({ kind }) => kind === "Certificate")!;
    const answer = (observedGeneration: number) => ({
      conditions: [{ type: "Ready", status: "True", reason: "Ready", message: "up to date", observedGeneration }],
    });
    certificate.metadata.generation = 2;
    certificate.status = answer(1);
    expect(diagnoseCertificate(partsOf(objects), now).step.health).toBe("waiting");
    certificate.status = answer(2);
    expect(diagnoseCertificate(partsOf(objects), now).step.health).toBe("ready");
  });

  it.each([
    ["urn:ietf:params:acme:error:dns: DNS problem: NXDOMAIN looking up TXT", "record-not-visible"],
    ["403 urn:ietf:params:acme:error:caa: CAA record for example.com prevents issuance", "challenge-refused"],
    ["403 urn:ietf:params:acme:error:unauthorized: Incorrect TXT record", "challenge-refused"],
  ])("of what the CA says, %s, makes %s", (words, cause) => {
    const objects = fixture("challenge-invalid");
    for (const event of objects.filter(({ kind }) => kind === "Event") as StoredEvent[])
      event.message = event.message?.replace(/403 urn:.*/s, words);
    expect(diagnoseCertificate(partsOf(objects), now).cause!.name).toBe(cause);
  });

  it("says when a rate limit ends, as the CA says it", () => {
    const objects = fixture("wrong-credential").filter(({ kind }) => kind !== "Challenge");
    const order = objects.find(({ kind }) => kind === "Order")!;
    const reason =
      "Failed to create Order: 429 urn:ietf:params:acme:error:rateLimited: too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s, retry after 2026-11-27 13:05:06 UTC: see https://letsencrypt.org/docs/rate-limits/";
    order.status = { state: "errored", reason };
    const { cause, nextRetry } = diagnoseCertificate(partsOf(objects), now);
    expect(cause).toMatchObject({ name: "ca-rate-limit", at: expect.stringMatching(/^Order /) as string });
    expect(nextRetry).toBe("2026-11-27T13:05:06Z");
  });

  it("is written down with its cause first, then the chain, then the commands", () => {
    const lines = renderDiagnosis(diagnose("wrong-credential")).split("\n");
    expect(lines[0]).toBe("cause: the DNS provider does not accept the credential");
    expect(lines.at(-1)).toBe("  kubectl describe challenges wrong- --namespace cafe");
    expect(lines.find((line) => line.includes("Order "))).toMatch(/^ {4}\.\. Order cafe\/wrong-1-\d+: pending$/);
  });
});

describe("backoffEnd", () => {
  const certificate = (failedIssuanceAttempts: number) => ({
    metadata: { name: "shop", uid: "u" },
    status: { lastFailureTime: "2026-11-25T03:00:00Z", failedIssuanceAttempts },
  });
  it.each([
    [1, "2026-11-25T04:00:00.000Z"],
    [3, "2026-11-25T07:00:00.000Z"],
    [9, "2026-11-26T11:00:00.000Z"],
  ])("doubles with each failure, up to 32 hours: %d", (attempts, end) => {
    expect(backoffEnd(certificate(attempts))?.toISOString()).toBe(end);
  });
});

describe("a certificate that still serves", () => {
  const conditions = [
    { type: "Ready", status: "True", observedGeneration: 1 },
    { type: "Issuing", status: "False", reason: "Failed", message: "The certificate request has failed to complete" },
  ];
  const serving = (more: object[]): CertificateParts => {
    const certificate: StoredObject = {
      kind: "Certificate",
      metadata: { name: "shop", namespace: "cafe", uid: "u", generation: 1 },
      spec: { issuerRef: { name: "own", kind: "ClusterIssuer" } },
      status: { conditions: [conditions[0], ...more] },
    };
    return { ...partsOf([certificate]), issuerName: undefined };
  };

  it("is not ready any more where its renewal has failed", () => {
    expect(diagnoseCertificate(serving([conditions[1]!]), now).step).toMatchObject({ health: "failed" });
    expect(diagnoseCertificate(serving([]), now)).toMatchObject({ step: { health: "ready" } });
  });

  it("is ready while it is issued again, and says both", () => {
    const again = { type: "Issuing", status: "True", reason: "Renewing", message: "Renewing certificate" };
    expect(diagnoseCertificate(serving([again]), now).step).toMatchObject({
      health: "ready",
      says: "Ready, and being issued again: Renewing: Renewing certificate",
    });
  });
});
