import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DnsZoneArgs } from "../../../provider/dns/zones";
import { recordData, recordSlots, requiredDnsRecords } from "../../../provider/plan/dns-records";
import { readAddresses, readCertificate } from "../../../provider/plan/domain-status";

it("names a record for each address, of the type that the address needs", () => {
  expect(requiredDnsRecords("tea.example.com", ["192.0.2.1", "2001:db8::1", "lb-1.cloud.example"])).toEqual([
    { name: "tea.example.com", type: "A", value: "192.0.2.1" },
    { name: "tea.example.com", type: "AAAA", value: "2001:db8::1" },
    { name: "tea.example.com", type: "CNAME", value: "lb-1.cloud.example" },
  ]);
});

it("needs no record where nothing is served", () => {
  expect(requiredDnsRecords("tea.example.com", [])).toEqual([]);
});

it("reads a Gateway's addresses, also before it has any", () => {
  expect(readAddresses(undefined)).toEqual([]);
  expect(readAddresses({})).toEqual([]);
  expect(readAddresses({ addresses: [{ type: "IPAddress", value: "192.0.2.1" }, { value: "lb.example" }] })).toEqual([
    "192.0.2.1",
    "lb.example",
  ]);
});

it("reads whether a Certificate is Ready, also before it has a status", () => {
  expect(readCertificate(undefined)).toEqual({ ready: false, notAfter: undefined });
  expect(readCertificate({ conditions: [{ type: "Issuing", status: "True" }] }).ready).toBe(false);
  expect(
    readCertificate({ conditions: [{ type: "Ready", status: "False" }], notAfter: "2030-01-01T00:00:00Z" }),
  ).toEqual({
    ready: false,
    notAfter: "2030-01-01T00:00:00Z",
  });
  expect(readCertificate({ conditions: [{ type: "Ready", status: "True" }] }).ready).toBe(true);
});

describe("recordData", () => {
  const cloudflare: DnsZoneArgs = { name: "example.com", cloudflare: {} };
  const cloudDns: DnsZoneArgs = { name: "example.com", cloudDns: { project: "acme", hostedZoneName: "example-com" } };
  const of = (zone: DnsZoneArgs, addresses: string[], dualStack = false, host = "tea.example.com") =>
    recordData(host, recordSlots({ dualStack }), zone, addresses);

  it("is of one type, IPv4 before IPv6 before a hostname", () => {
    const all = ["lb.example.org.", "2001:db8::1", "192.0.2.7"];
    expect(of(cloudDns, all)).toEqual([{ type: "A", values: ["192.0.2.7"] }]);
    expect(of(cloudDns, all.slice(0, 2))).toEqual([{ type: "AAAA", values: ["2001:db8::1"] }]);
    expect(of(cloudDns, all.slice(0, 1))).toEqual([{ type: "CNAME", values: ["lb.example.org"] }]);
  });

  it("is of both for a dual stack", () => {
    expect(of(cloudDns, ["2001:db8::1", "192.0.2.7"], true)).toEqual([
      { type: "A", values: ["192.0.2.7"] },
      { type: "AAAA", values: ["2001:db8::1"] },
    ]);
  });

  it("holds all addresses in one order, or the first where each would be a resource; of hostnames always the first", () => {
    expect(of(cloudDns, ["192.0.2.7", "192.0.2.6", "192.0.2.7"])[0]!.values).toEqual(["192.0.2.6", "192.0.2.7"]);
    expect(of(cloudflare, ["192.0.2.7", "192.0.2.6"])[0]!.values).toEqual(["192.0.2.7"]);
    expect(of(cloudDns, ["b.example.org", "a.example.org"])[0]!.values).toEqual(["b.example.org"]);
  });

  it("leads a zone's own name to a hostname only where the provider does so", () => {
    expect(of(cloudflare, ["lb.example.org"], false, "example.com")).toEqual([
      { type: "CNAME", values: ["lb.example.org"] },
    ]);
    expect(() => of(cloudDns, ["lb.example.org"], false, "example.com")).toThrow("takes no CNAME at a zone's own name");
    expect(of(cloudDns, ["192.0.2.7"], false, "example.com")).toEqual([{ type: "A", values: ["192.0.2.7"] }]);
  });

  it("holds with what is left to be made by hand each address once, whatever a Gateway has", () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
    fc.assert(
      fc.property(fc.array(address, { minLength: 1 }), fc.constantFrom(cloudflare, cloudDns), (addresses, zone) => {
        const made = of(zone, addresses);
        const rest = requiredDnsRecords("tea.example.com", addresses, made).map(({ value }) => value);
        const all = [...made.flatMap(({ values }) => values), ...rest].sort();
        expect(all).toEqual([...new Set(addresses)].sort());
      }),
    );
  });
});
