import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DnsZoneArgs } from "../../../provider/dns/zones";
import { recordData, recordSlots, requiredDnsRecords, type RecordSettings } from "../../../provider/plan/dns-records";
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
  const of = (zone: DnsZoneArgs, addresses: string[], settings: RecordSettings = {}, host = "tea.example.com") =>
    recordData({ host, zone, settings }, addresses);

  it("is of one type, IPv4 before IPv6 before a hostname", () => {
    const all = ["lb.example.org.", "2001:db8::1", "192.0.2.7"];
    expect(of(cloudDns, all)).toEqual([{ type: "A", values: ["192.0.2.7"] }]);
    expect(of(cloudDns, all.slice(0, 2))).toEqual([{ type: "AAAA", values: ["2001:db8::1"] }]);
    expect(of(cloudDns, all.slice(0, 1))).toEqual([{ type: "CNAME", values: ["lb.example.org"] }]);
  });

  it("is of both for a dual stack", () => {
    expect(of(cloudDns, ["2001:db8::1", "192.0.2.7"], { dualStack: true })).toEqual([
      { type: "A", values: ["192.0.2.7"] },
      { type: "AAAA", values: ["2001:db8::1"] },
    ]);
  });

  it("holds all addresses in one order, or one where each is a resource; of hostnames always the first", () => {
    expect(of(cloudDns, ["192.0.2.7", "192.0.2.6", "192.0.2.7"])[0]!.values).toEqual(["192.0.2.6", "192.0.2.7"]);
    expect(of(cloudflare, ["192.0.2.7", "192.0.2.6"])).toEqual([{ type: "A", values: ["192.0.2.6"] }]);
    expect(of(cloudDns, ["b.example.org", "a.example.org"])[0]!.values).toEqual(["b.example.org"]);
  });

  it("is as many as are asked for, in the same order however the Gateway says its addresses", () => {
    const two = { addressCount: 2 };
    const both = [
      { type: "A", values: ["192.0.2.6"] },
      { type: "A", values: ["192.0.2.7"] },
    ];
    expect(of(cloudflare, ["192.0.2.7", "192.0.2.6"], two)).toEqual(both);
    expect(of(cloudflare, ["192.0.2.6", "192.0.2.7", "192.0.2.8"], two)).toEqual(both);
    expect(of(cloudDns, ["192.0.2.7", "192.0.2.6"], two)).toEqual([{ type: "A", values: ["192.0.2.6", "192.0.2.7"] }]);
    const roles = (zone: DnsZoneArgs) => recordSlots(zone, { ...two, dualStack: true }).map(({ role }) => role);
    expect(roles(cloudflare)).toEqual(["dns", "dns-2", "dns-aaaa", "dns-aaaa-2"]);
    expect(roles(cloudDns)).toEqual(["dns", "dns-aaaa"]);
  });

  it("says that a Gateway has fewer addresses than were asked for", () => {
    const fewer = (type: string, values: string) =>
      `the Gateway of "tea.example.com" has fewer addresses for ${type} records (${values}) than dnsRecordSettings.addressCount says; set it to 1 instead of 2`;
    for (const zone of [cloudflare, cloudDns]) {
      expect(() => of(zone, ["192.0.2.7", "2001:db8::1"], { addressCount: 2 })).toThrow(fewer("A", "192.0.2.7"));
      expect(() => of(zone, ["b.example.org", "a.example.org"], { addressCount: 2 })).toThrow(
        fewer("CNAME", "b.example.org"),
      );
    }
  });

  it("leads a zone's own name to a hostname only where the provider does so", () => {
    expect(of(cloudflare, ["lb.example.org"], {}, "example.com")).toEqual([
      { type: "CNAME", values: ["lb.example.org"] },
    ]);
    expect(() => of(cloudDns, ["lb.example.org"], {}, "example.com")).toThrow("takes no CNAME at a zone's own name");
    expect(of(cloudDns, ["192.0.2.7"], {}, "example.com")).toEqual([{ type: "A", values: ["192.0.2.7"] }]);
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
