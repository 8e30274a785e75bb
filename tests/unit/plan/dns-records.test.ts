import { expect, it } from "vitest";
import { requiredDnsRecords } from "../../../provider/plan/dns-records";
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
