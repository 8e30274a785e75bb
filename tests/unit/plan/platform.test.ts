import { describe, expect, it } from "vitest";
import { gatewayClassOf, issuerOf, withoutIssuers, type Platform } from "../../../provider/plan/platform";

const platform: Platform = {
  issuers: { staging: "letsencrypt-staging", production: "letsencrypt-production" },
  environment: "staging",
  gatewayClassName: "traefik",
};

describe("a platform", () => {
  it("offers the issuer of the environment that a domain names, else its own", () => {
    expect(issuerOf(platform, undefined)).toBe("letsencrypt-staging");
    expect(issuerOf(platform, "production")).toBe("letsencrypt-production");
  });

  it("says what it has and what to do where it lacks an issuer", () => {
    expect(() => issuerOf(platform, "custom")).toThrow(
      'environment: the platform has no issuer for "custom" (it has: staging, production); use one of those, or add "custom"',
    );
  });

  it("says what to do where it has no issuers at all, or no default environment", () => {
    expect(() => issuerOf(withoutIssuers, "staging")).toThrow(
      "environment: the platform has no ACME issuers; set issuer to one that exists on the cluster",
    );
    expect(() => issuerOf(withoutIssuers, undefined)).toThrow("the platform has no ACME issuers");
    expect(() => issuerOf({ issuers: platform.issuers }, undefined)).toThrow(
      "environment: the platform names no default environment; set it to one of staging, production",
    );
  });

  it("offers its GatewayClass, or says that it has none", () => {
    expect(gatewayClassOf(platform)).toBe("traefik");
    expect(() => gatewayClassOf({ ...platform, gatewayClassName: undefined })).toThrow(
      "route.gatewayApi.gatewayClassName: is missing",
    );
  });
});
