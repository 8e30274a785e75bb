import { describe, expect, it } from "vitest";
import { recognise } from "../../../provider/diagnosis/causes";

describe("recognise", () => {
  it.each([
    ["ca-rate-limit", "Failed to create Order: 429 urn:ietf:params:acme:error:rateLimited: too many certificates"],
    ["dns-rate-limit", "googleapi: Error 429: Quota exceeded for quota metric, rateLimitExceeded"],
    ["dns-rate-limit", "googleapi: Error 403: Rate Limit Exceeded, rateLimitExceeded"],
    ["dns-rate-limit", 'while querying the Cloudflare API for GET "/zones?name=example.org" Error: 971: Please wait'],
    ["port-80", "key authorization file: http://n-429.example.org/429/.well-known/acme-challenge/429 timed out"],
    ["zone-missing", "Found no Zones for domain _acme-challenge.n429.example.org."],
    [
      "webhook",
      'failed calling webhook "webhook.cert-manager.io": failed to call webhook: Post "https://cert-manager-webhook.cert-manager.svc:443/mutate?timeout=30s": context deadline exceeded',
    ],
    [
      "webhook-untrusted",
      'failed calling webhook "webhook.cert-manager.io": failed to call webhook: Post "https://cert-manager-webhook.cert-manager.svc:443/mutate?timeout=30s": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    ],
    [
      "admission",
      'failed calling webhook "validate.kyverno.svc-fail": failed to call webhook: x509: certificate has expired',
    ],
    ["admission", 'Failed to create Order: admission webhook "policy.example.com" denied the request: not today'],
    ["quota", 'pods "cm-acme-http-solver-x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1'],
  ])("takes %s from %s", (name, message) => {
    expect(recognise(message, "Order cafe/one")?.name).toBe(name);
  });

  it("does not take a right that is missing for an admission rule", () => {
    const message = 'orders.acme.cert-manager.io is forbidden: User "system:anonymous" cannot create resource "orders"';
    expect(recognise(message, "Order cafe/one")).toBeUndefined();
  });
});
