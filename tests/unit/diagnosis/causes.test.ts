import { describe, expect, it } from "vitest";
import { recognise } from "../../../provider/diagnosis/causes";

describe("recognise", () => {
  it.each([
    ["ca-rate-limit", "Failed to create Order: 429 urn:ietf:params:acme:error:rateLimited: too many certificates"],
    ["dns-rate-limit", "googleapi: Error 429: Quota exceeded for quota metric, rateLimitExceeded"],
    ["dns-rate-limit", "googleapi: Error 403: Rate Limit Exceeded, rateLimitExceeded"],
    ["dns-rate-limit", 'while querying the Cloudflare API for GET "/zones?name=example.org" Error: 971: Please wait'],
    ["dns-rate-limit", 'Get "https://dns.googleapis.com/dns/v1": oauth2: cannot fetch token: 429 Too Many Requests'],
    ["dns-unavailable", "googleapi: Error 503: The service is currently unavailable., backendError"],
    ["dns-unavailable", "googleapi: got HTTP response code 502 with body: <html>"],
    ["dns-unavailable", 'Get "https://dns.googleapis.com/dns/v1": oauth2: cannot fetch token: 503 Service Unavailable'],
    [
      "dns-unavailable",
      'oauth2: cannot fetch token: Post "https://oauth2.googleapis.com/token": dial tcp: i/o timeout',
    ],
    ["dns-unavailable", 'Post "https://dns.googleapis.com/dns/v1/projects/p/managedZones/z/changes?alt=json": EOF'],
    [
      "dns-unavailable",
      'while querying the Cloudflare API for GET "/zones" Error: 10013: An unknown error has occurred.',
    ],
    ["dns-unavailable", 'while querying the Cloudflare API for GET "/zones": net/http: Client.Timeout exceeded'],
    ["dns-unavailable", "invalid character '<' looking for beginning of value"],
    ["wrong-credential", 'oauth2: cannot fetch token: 400 Bad Request Response: { "error": "invalid_grant" }'],
    ["zone-missing", "googleapi: Error 404: The 'parameters.managedZone' resource named 'z' does not exist., notFound"],
    ["underprivileged-credential", "googleapi: Error 403: Forbidden, forbidden"],
    [
      "record-not-visible",
      "acme: authorization error for a.example.org: 403 urn:ietf:params:acme:error:unauthorized: No TXT record found at _acme-challenge.a.example.org",
    ],
    [
      "challenge-refused",
      'acme: authorization error for a.example.org: 403 urn:ietf:params:acme:error:unauthorized: Incorrect TXT record "b" found',
    ],
    ["port-80", "key authorization file: http://n-429.example.org/429/.well-known/acme-challenge/429 timed out"],
    ["profile-missing", "Failed to create Order: acme: certificate authority does not advertise a profile with name x"],
    ["profile-missing", "Failed to create Order: acme: certificate authority does not support profiles"],
    ["profile-missing", "Failed to create Order: 400 urn:ietf:params:acme:error:invalidProfile: unrecognized"],
    ["order-refused", "Failed to create Order: 400 urn:ietf:params:acme:error:malformed: no profile"],
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
