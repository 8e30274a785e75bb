import { describe, expect, it } from "vitest";
import {
  gatewayClassFinding,
  installationFindings,
  type InstallationFacts,
  type PlannedInstallation,
} from "../../../provider/plan/preflight";

const planned = { version: "1.21.2", namespace: "cert-manager", gatewayApi: true, allowUnsupportedVersion: false };
const facts = { kubernetes: "v1.36.3", running: "v1.20.3", missingCrds: [], disabledRenewals: [] };

const found = (plan: Partial<PlannedInstallation>, seen: Partial<InstallationFacts>): string[] =>
  installationFindings({ ...planned, ...plan }, { ...facts, ...seen });

describe("an installation on a cluster", () => {
  it("is fine where all is", () => {
    expect(found({}, {})).toEqual([]);
    expect(found({}, { running: undefined })).toEqual([]);
  });

  it("does not go with a cluster that is too old, nor over what runs there, and says both", () => {
    expect(found({}, { kubernetes: "v1.30.0", running: "v1.18.2" })).toEqual([
      expect.stringMatching(
        /^cert-manager 1\.21\.2 supports Kubernetes 1\.33 to 1\.36, and this cluster runs v1\.30\.0;/,
      ),
      expect.stringMatching(/^version "1\.21\.2" is more than one minor version away from 1\.18\.2; go 1\.18 -> 1\.19/),
    ]);
    expect(found({ allowUnsupportedVersion: true }, { kubernetes: "v1.30.0", running: "v1.18.2" })).toEqual([]);
  });

  it("needs the Gateway API's CRDs only where it is switched on", () => {
    const missingCrds = ["gateways.gateway.networking.k8s.io"];
    expect(found({ allowUnsupportedVersion: true }, { missingCrds })).toEqual([
      expect.stringMatching(/^the Gateway API is not installed .*gateways\.gateway\.networking\.k8s\.io/),
    ]);
    expect(found({ gatewayApi: false }, { missingCrds })).toEqual([]);
  });

  it("that others have made is judged by the version that runs", () => {
    const others = (running: string | undefined, plan: Partial<PlannedInstallation> = {}) =>
      found({ install: false, ...plan }, { running, missingCrds: ["gateways.gateway.networking.k8s.io"] });
    expect(others("v1.19.0")).toEqual([
      'cert-manager 1.19.0, which runs in namespace "cert-manager", issues certificates again without need; use 1.19.1 or newer; or set allowUnsupportedVersion: true',
      expect.stringContaining("supports Kubernetes 1.31 to 1.35, and this cluster runs v1.36.3"),
    ]);
    expect(others("v1.19.0", { allowUnsupportedVersion: true })).toEqual([]);
    expect(others("v1.21.1")).toEqual([]);
    expect(others(undefined)).toEqual([]);
  });

  it("of 1.21.0 stops at a Certificate without renewal", () => {
    const disabledRenewals = ["shop/one"];
    expect(found({ version: "1.21.0" }, { disabledRenewals })).toEqual([expect.stringContaining("as shop/one does")]);
    expect(found({ version: "1.21.1" }, { disabledRenewals })).toEqual([]);
  });
});

describe("a GatewayClass", () => {
  const accepted = (status: string) => ({
    controllerName: "example.com/c",
    accepted: { status, reason: "Invalid", message: "no such parameters" },
  });

  it("must exist, be accepted, and have a controller", () => {
    expect(gatewayClassFinding("istio", accepted("True"), ["istio"])).toBeUndefined();
    expect(gatewayClassFinding("istio", undefined, ["traefik"])).toBe(
      'the cluster has no GatewayClass "istio" (it has: traefik)',
    );
    expect(gatewayClassFinding("istio", undefined, [])).toContain("it has none: install a Gateway controller");
    expect(gatewayClassFinding("istio", accepted("False"), ["istio"])).toBe(
      'GatewayClass "istio" is not accepted by its controller "example.com/c": Invalid no such parameters',
    );
    for (const found of [accepted("Unknown"), { controllerName: "example.com/c" }]) {
      expect(gatewayClassFinding("istio", found, ["istio"])).toContain(
        'no controller answers for GatewayClass "istio"',
      );
    }
  });
});
