import type { IResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { waitOf, warningOf, warnOfLongWaits } from "../../../provider/host/waits";
import { signatureKey, signatures, toStruct, type Json } from "../../../provider/host/wire-format";

const annotations = { "pulumi.com/waitFor": "condition=Ready" };

function requestOf(type: string, inputs: Json, bound = ""): RegisterResourceRequest {
  const timeouts = new RegisterResourceRequest.CustomTimeouts().setCreate(bound);
  return new RegisterResourceRequest().setType(type).setObject(toStruct(inputs)).setCustomtimeouts(timeouts);
}

const certificate = (metadata: Json = {}, bound = "20s") =>
  requestOf(
    "kubernetes:cert-manager.io/v1:Certificate",
    { metadata: { name: "tea", namespace: "cafe", annotations, ...metadata } },
    bound,
  );

const release = requestOf("kubernetes:helm.sh/v3:Release", { name: "cm", namespace: "certs", timeout: 600 });

describe("waitOf", () => {
  it("finds what the Kubernetes plugin waits for, and how long", () => {
    expect(waitOf(certificate())).toEqual({
      kind: "Certificate",
      place: { namespace: "cafe", name: "tea" },
      seconds: 20,
    });
    expect(waitOf(release)).toEqual({ kind: "Release", place: { namespace: "certs", name: "cm" }, seconds: 600 });
  });

  const secret = { [signatureKey]: signatures.secret, value: "cafe" };
  it.each<[string, RegisterResourceRequest]>([
    ["an object that is not waited for", certificate({ annotations: {} })],
    ["a wait without a bound", certificate({}, "")],
    ["a wait for longer than timers count", certificate({}, "3000000s")],
    ["a namespace that is a secret", certificate({ namespace: secret })],
    [
      "a kind that nobody knows how to look at",
      requestOf("kubernetes:core/v1:Pod", { metadata: { annotations } }, "5s"),
    ],
    ["what is of another plugin", requestOf("certfleet:index:Certificate", { metadata: { annotations } }, "5s")],
    ["a component", requestOf("certfleet:index:TlsDomain", {})],
  ])("leaves %s alone", (_what, request) => {
    expect(waitOf(request)).toBeUndefined();
  });
});

describe("warningOf", () => {
  it("has the commands for the object itself", () => {
    const text = warningOf({ kind: "Certificate", place: { namespace: "cafe", name: "tea" }, seconds: 20 });
    expect(text.split("\n")).toEqual([
      "Certificate cafe/tea is not ready after 18 of the 20 seconds that it may take. To see why:",
      "  npx certfleet status --namespace cafe tea",
      "  kubectl describe certificate tea --namespace cafe",
      "  kubectl describe certificaterequests tea- --namespace cafe",
      "  kubectl describe orders tea- --namespace cafe",
      "  kubectl describe challenges tea- --namespace cafe",
      "With kubeconfig among the args, a wait that fails says it by itself.",
    ]);
  });

  it("comes early for a release, which is taken back when it has failed", () => {
    const text = warningOf({ kind: "Release", place: { namespace: "certs", name: "cm" }, seconds: 45 });
    expect(text).toMatch(/^Release certs\/cm is not ready after 23 of the 45 seconds/);
    expect(text).toContain("kubectl describe pods --namespace certs --selector app.kubernetes.io/instance=cm");
  });

  it("keeps of a long name what cert-manager keeps of it", () => {
    const name = `${"a".repeat(50)}-12345678`;
    const text = warningOf({ kind: "Certificate", place: { namespace: "cafe", name }, seconds: 600 });
    expect(text).toContain("after 595 of the 600 seconds");
    expect(text).toContain(`kubectl describe orders ${"a".repeat(50)} --namespace cafe`);
  });
});

describe("warnOfLongWaits", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A monitor that answers when it is told to. */
  function watched() {
    const answers: (() => void)[] = [];
    const warn = vi.fn();
    const registerResource = (_request: unknown, callback: () => void) => answers.push(callback);
    const monitor = { registerResource } as unknown as IResourceMonitorClient;
    warnOfLongWaits(monitor, warn);
    return { monitor, answers, warn };
  }

  it("warns once, shortly before the bound, and hands on the answer that comes all the same", () => {
    const { monitor, answers, warn } = watched();
    const callback = vi.fn();
    monitor.registerResource(certificate(), callback);
    vi.advanceTimersByTime(17_999);
    expect(warn).not.toHaveBeenCalled();
    vi.advanceTimersByTime(60_000);
    expect(warn).toHaveBeenCalledTimes(1);
    answers[0]!();
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it("says nothing of what was ready before, nor of what is not waited for", () => {
    const { monitor, answers, warn } = watched();
    monitor.registerResource(certificate(), () => undefined);
    monitor.registerResource(requestOf("certfleet:index:TlsDomain", {}), () => undefined);
    answers[0]!();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(warn).not.toHaveBeenCalled();
  });
});
