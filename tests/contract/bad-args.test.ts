import * as grpc from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificateOnly, domain } from "../support/builders";
import { tryConstruct, type Attempt } from "./support/construct";
import { clusterInputs } from "./support/inputs";
import { Plugin } from "./support/plugin";
import { engineLines, outputValue, propertyErrors } from "./support/wire";

const planted = "planted-secret-value";

describe("bad args", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  const pathsOf = ({ error }: Attempt): string[] => propertyErrors(error!).map(({ path }) => path);

  it("are refused all at once, malformed or wrong in combination, by path, before anything is registered", async () => {
    const attempt = await tryConstruct(plugin, {
      ...clusterInputs(),
      acme: { email: "nobody", enviroment: "production" },
      challenges: [{ cloudflare: {} }],
      domains: [{ host: "https://tea.example.com/" }, { host: "coffee.example.com", backend: { port: 70000 } }],
    });
    expect(attempt.error).toMatchObject({
      code: grpc.status.INVALID_ARGUMENT,
      details: 'ClusterTls "edge" has 7 problems in its args',
    });
    expect(pathsOf(attempt).sort()).toEqual([
      "acme.email",
      "acme.enviroment",
      "challenges[0].cloudflare",
      "domains[0].backend",
      "domains[0].host",
      "domains[1].backend.port",
      "domains[1].backend.service",
    ]);
    expect(attempt.registrations).toEqual([]);
  });

  it("are refused by path where several are wrong in one way", async () => {
    const domains = [
      { host: 5, certificateOnly: true },
      { ...domain("milk.example.com"), certificateFrom: 5 },
    ];
    const attempt = await tryConstruct(plugin, { ...clusterInputs(), domains });
    expect(pathsOf(attempt)).toEqual(["domains[0].host", "domains[1].certificateFrom"]);
    expect(attempt.registrations).toEqual([]);
  });

  it("are refused by the paths of a profile and a renewal that cert-manager has not, or would not take", async () => {
    const renewal = { windows: [{ cron: "0 3 * *", windowDuration: "a day", timezone: "Mars/Phobos" }] };
    const inputs = {
      ...clusterInputs({ acme: { email: "ops@example.com", profile: "shortlived" } }),
      certManager: { version: "1.17.4" },
      domains: [
        { ...domain("tea.example.com"), renewal: { policy: "Disabled" } },
        { ...domain("milk.example.com"), renewal },
      ],
    };
    const attempt = await tryConstruct(plugin, inputs);
    expect(pathsOf(attempt).sort()).toEqual([
      "acme.profile",
      "domains[0].renewal",
      "domains[1].renewal.windows[0].cron",
      "domains[1].renewal.windows[0].timezone",
      "domains[1].renewal.windows[0].windowDuration",
    ]);
    expect(attempt.registrations).toEqual([]);
  });

  it("are refused where only their combination is wrong", async () => {
    const inputs = clusterInputs({
      acme: { environment: "production" },
      domains: [domain("tea.example.com"), domain("tea.example.com"), { host: "milk.example.com" }],
    });
    const attempt = await tryConstruct(plugin, inputs);
    expect(attempt.error?.code).toBe(grpc.status.INVALID_ARGUMENT);
    expect(pathsOf(attempt)).toEqual(["acme.email", "domains[1].host", "domains[2].backend"]);
    expect(attempt.registrations).toEqual([]);
  });

  it("are refused with all that is in each other's way, and what defaults cause once", async () => {
    const namespace = outputValue("cafe");
    const inputs = {
      ...clusterInputs(),
      challenges: [{ zones: ["example.com"], cloudflare: { secret: "main" } }],
      certManager: { install: false, version: "1.21.1" },
      defaults: { ...clusterInputs().defaults!, privateKey: { algorithm: "Ed25519" }, createNamespace: true },
      domains: [
        { ...domain("tea.example.com"), secretName: "shared" },
        { ...domain("coffee.example.com"), secretName: "shared", namespace, createNamespace: false },
        {
          ...certificateOnly("bücher.example.com"),
          additionalDnsNames: ["xn--bcher-kva.example.com", "tea.example.net"],
        },
        { ...domain("xn--bcher-kva.example.com"), issuer: { name: "corporate" }, environment: "staging" },
      ],
    };
    const attempt = await tryConstruct(plugin, inputs);
    expect(pathsOf(attempt).sort()).toEqual([
      "certManager.version",
      "defaults.privateKey.algorithm",
      "domains[1].secretName",
      "domains[2].additionalDnsNames[0]",
      "domains[2].additionalDnsNames[1]",
      "domains[3].environment",
      "domains[3].host",
    ]);
    expect(attempt.registrations).toEqual([]);
  });

  it("say what the value was, the rule and the fix", async () => {
    const { error } = await tryConstruct(plugin, { ...clusterInputs(), acme: { enviroment: "production" } });
    expect(propertyErrors(error!)).toEqual([
      { path: "acme.enviroment", reason: 'is not a known key; did you mean "environment"?' },
    ]);
  });

  it.each([
    ["the whole map is no map", planted],
    ["the whole map is a secret and no map", outputValue(planted, { secret: true })],
    ["a value is no text", { main: { nested: planted } }],
    ["a value among secrets is no text", outputValue({ main: [planted] }, { secret: true })],
    ["an empty value stands beside it", { main: planted, other: "" }],
  ])("never show a secret: %s", async (_case, dnsSecrets) => {
    const { error } = await tryConstruct(plugin, { ...clusterInputs(), dnsSecrets });
    expect(error).toBeDefined();
    const shown = [...engineLines(error!, { dnsSecrets }), ...plugin.engine.messages].join("\n");
    expect(shown).not.toContain(planted);
    expect(shown).toContain("dnsSecrets");
  });

  it("of every component are refused by path", async () => {
    const platform = { issuers: { staging: "letsencrypt-staging" }, environment: "staging" };
    const wrong: [string, Record<string, unknown>, string[]][] = [
      ["CertManager", { version: "1.21", timeoutSeconds: 0 }, ["timeoutSeconds", "version"]],
      ["Issuers", { acme: {}, challenges: [] }, ["challenges"]],
      ["TlsDomain", { platform, host: "*.*.example.com" }, ["backend", "host", "route.gatewayApi.gatewayClassName"]],
      ["TlsDomain", { host: "tea.example.com", certificateOnly: true }, ["platform"]],
    ];
    for (const [component, inputs, paths] of wrong) {
      const attempt = await tryConstruct(plugin, inputs, { type: `certfleet:index:${component}`, name: "one" });
      expect(attempt.error?.code).toBe(grpc.status.INVALID_ARGUMENT);
      expect(pathsOf(attempt).sort()).toEqual(paths);
      expect(attempt.registrations).toEqual([]);
    }
  });
});
