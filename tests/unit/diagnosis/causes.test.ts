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
  ])("takes %s from %s", (name, message) => {
    expect(recognise(message, "Order cafe/one")?.name).toBe(name);
  });
});
