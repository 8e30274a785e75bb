import { describe, expect, it } from "vitest";
import { certificatesOf } from "../../../provider/cli/renew";
import { awaitRenewal, issuedFor, type Certificate } from "../../../provider/cli/renewal";
import { createAuthority, issue } from "../../lab/world/certificates";

type Condition = { type: string; status: string; reason?: string; message?: string };

const certificate = (conditions: Condition[] = [], revision?: number, host = "tea.example.com"): Certificate => ({
  metadata: { name: "tea", namespace: "cafe", uid: "1", generation: 3, resourceVersion: "7" },
  spec: { secretName: "tea-tls", dnsNames: [host] },
  status: { conditions, ...(revision === undefined ? {} : { revision }) },
});

const ready = { type: "Ready", status: "True" };
const issuing = { type: "Issuing", status: "True" };

/** A cluster that answers each read with the next of the given ones, the last one for ever. */
const reading = (...states: (Certificate | undefined)[]) => ({
  get: (() => Promise.resolve(states.length > 1 ? states.shift() : states[0])) as never,
});

describe("awaitRenewal", () => {
  const later = Date.now() + 60_000;

  it("ends with another revision", async () => {
    const cluster = reading(certificate([issuing], 1), certificate([issuing], 2), certificate([ready], 2));
    await awaitRenewal(cluster, certificate(), { revision: 1, deadline: later });
  });

  it("ends with the first revision of a Certificate that was restored", async () => {
    await awaitRenewal(reading(certificate([ready], 1)), certificate(), { revision: undefined, deadline: later });
  });

  it("says why cert-manager failed", async () => {
    const failed = { type: "Issuing", status: "False", reason: "Failed", message: "the order is invalid" };
    const waiting = awaitRenewal(reading(certificate([failed], 1)), certificate(), { revision: 1, deadline: later });
    await expect(waiting).rejects.toThrow("the order is invalid");
  });

  it("ends in time", async () => {
    const waiting = awaitRenewal(reading(certificate([issuing], 1)), certificate(), { revision: 1, deadline: 0 });
    await expect(waiting).rejects.toThrow("still being issued; `certfleet status` shows what it waits for");
  });

  it("says that the Certificate is gone", async () => {
    const waiting = awaitRenewal(reading(undefined), certificate(), { revision: 1, deadline: later });
    await expect(waiting).rejects.toThrow("Certificate cafe/tea was deleted meanwhile");
  });
});

describe("issuedFor", () => {
  it("reads the serial and the end of what the Secret holds", async () => {
    const pem = await issue(await createAuthority("a CA"), "tea", ["tea.example.com"]);
    const secret = { data: { "tls.crt": Buffer.from(pem.certificate).toString("base64") } };
    expect(await issuedFor({ get: () => Promise.resolve(secret as never) }, certificate())).toEqual({
      serial: expect.stringMatching(/^[0-9A-F]+$/) as string,
      notAfter: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
  });

  it("finds nothing where nothing is", async () => {
    expect(await issuedFor({ get: () => Promise.resolve(undefined) }, certificate())).toBeUndefined();
  });
});

describe("certificatesOf", () => {
  const all = [certificate([], 1, "tea.example.com"), certificate([], 1, "*.xn--caf-dma.example.com")];

  it("finds a host by any form of its name", () => {
    expect(certificatesOf("Tea.example.com", all)).toEqual([all[0]]);
    expect(certificatesOf("*.café.example.com", all)).toEqual([all[1]]);
  });

  it("says which there are", () => {
    expect(() => certificatesOf("pie.example.com", all)).toThrow(
      'no Certificate has the name "pie.example.com"; there are: *.xn--caf-dma.example.com, tea.example.com',
    );
    expect(() => certificatesOf("pie.example.com", [])).toThrow("there are: none");
  });
});
