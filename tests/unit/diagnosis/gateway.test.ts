import { describe, expect, it } from "vitest";
import { diagnoseGateway, type GatewayParts } from "../../../provider/diagnosis/gateway";
import { Denied } from "../../../provider/kubernetes/permitted";

const condition = (type: string, status: string, reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
});

const parts = (over: Partial<GatewayParts>): GatewayParts => ({
  place: { namespace: "web", name: "shop" },
  gateway: {
    kind: "Gateway",
    metadata: { name: "shop", namespace: "web", uid: "g" },
    spec: { gatewayClassName: "istio" },
    status: { conditions: [condition("Accepted", "Unknown", "Pending", "Waiting for controller")] },
  },
  gatewayClass: undefined,
  events: [],
  ...over,
});

const gatewayClass = (status: string, reason: string, message: string) => ({
  kind: "GatewayClass",
  metadata: { name: "istio", uid: "c" },
  status: { conditions: [condition("Accepted", status, reason, message)] },
});

describe("diagnoseGateway", () => {
  it("names a class that does not exist", () => {
    expect(diagnoseGateway(parts({})).cause).toMatchObject({
      name: "gateway-class",
      at: "GatewayClass istio",
      reason: "does not exist",
    });
  });

  it("names a class that no controller has accepted", () => {
    const found = gatewayClass("Unknown", "Pending", "Waiting for controller");
    expect(diagnoseGateway(parts({ gatewayClass: found })).cause).toMatchObject({
      name: "gateway-class",
      reason: "Pending: Waiting for controller",
    });
  });

  it("does not say of a class that may not be read that it does not exist", () => {
    const right = "get gatewayclasses.gateway.networking.k8s.io";
    const { step, cause } = diagnoseGateway(parts({ gatewayClass: new Denied("GatewayClass istio", right) }));
    expect(step.below[0]).toMatchObject({
      object: "GatewayClass istio",
      health: "unreadable",
      says: `may not be read; the right is missing to ${right}`,
    });
    expect(cause).toMatchObject({ name: "gateway-not-programmed", reason: "Pending: Waiting for controller" });
  });

  it("names the listener that keeps a Gateway from being programmed", () => {
    const secret = condition("ResolvedRefs", "False", "InvalidCertificateRef", "Secret web/shop-tls not found");
    const { gateway } = parts({});
    gateway!.status = {
      conditions: [condition("Programmed", "False", "Invalid", "listeners are not valid")],
      listeners: [{ name: "https", conditions: [secret] }],
    };
    const { cause } = diagnoseGateway(parts({ gateway, gatewayClass: gatewayClass("True", "Accepted", "") }));
    expect(cause).toMatchObject({
      name: "gateway-not-programmed",
      reason: "listener https: InvalidCertificateRef: Secret web/shop-tls not found",
    });
  });
});
