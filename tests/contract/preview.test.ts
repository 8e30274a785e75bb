import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { domain } from "../support/builders";
import { construct, tryConstruct } from "./support/construct";
import { clusterInputs, token } from "./support/inputs";
import { Plugin } from "./support/plugin";
import { engineLines, outputValue, propertyErrors, unknownOutput, unknownValue } from "./support/wire";

const cloudflareToken = "urn:pulumi:test::shop::cloudflare:index/apiToken:ApiToken::token";
const secretChild = "kubernetes:core/v1:Secret edge-issuers-cloudflare-main";

const secret = (value: unknown) => outputValue(value, { secret: true });

/** A domain whose backend is an Output on the wire, which the args' types do not show. */
function domainTo(backend: { service: unknown; port: unknown }): Record<string, unknown> {
  return { ...domain("tea.example.com"), backend };
}

describe("a preview", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  it("does not need the token", async () => {
    const dnsSecrets = unknownOutput({ secret: true, dependencies: [cloudflareToken] });
    const { resources } = await construct(plugin, { ...clusterInputs(), dnsSecrets }, { dryRun: true });
    const { dependencies, object } = resources.get(secretChild)!;
    expect(dependencies).toContain(cloudflareToken);
    expect(JSON.stringify(object.data)).toContain(unknownValue);
  });

  it("does not need one token of several", async () => {
    const secrets = { main: token, other: unknownOutput({ secret: true }) };
    const inputs = { ...clusterInputs(), dnsSecrets: outputValue(secrets, { secret: true }) };
    const { resources } = await construct(plugin, inputs, { dryRun: true });
    expect(JSON.stringify(resources.get(secretChild)!.object)).not.toContain(token);
  });

  it("does not need a backend", async () => {
    const domains = [domainTo({ service: unknownOutput(), port: unknownOutput() })];
    const { resources } = await construct(plugin, { ...clusterInputs(), domains }, { dryRun: true });
    const { object } = resources.get("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute edge-tea.example.com")!;
    expect(JSON.stringify(object.spec)).toContain(unknownValue);
  });

  it("carries what a backend depends on to the route", async () => {
    const service = "urn:pulumi:test::shop::kubernetes:core/v1:Service::tea";
    const domains = [domainTo({ service: outputValue("tea-svc", { dependencies: [service] }), port: 80 })];
    const { resources } = await construct(plugin, { ...clusterInputs(), domains });
    const { dependencies, object } = resources.get(
      "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute edge-tea.example.com",
    )!;
    expect(dependencies).toContain(service);
    expect(object.spec).toMatchObject({ rules: [{ backendRefs: [{ name: "tea-svc", port: 80 }] }] });
  });

  it("does not need the platform, the namespace or labels of a TlsDomain", async () => {
    const inputs = {
      ...domain("tea.example.com"),
      platform: unknownOutput(),
      namespace: unknownOutput(),
      labels: { team: unknownOutput() },
    };
    const options = { type: "certfleet:index:TlsDomain", name: "tea", dryRun: true };
    const { registrations, state } = await construct(plugin, inputs, options);
    expect(registrations.map(({ name }) => name).sort()).toEqual(["tea", "tea", "tea", "tea", "tea-redirect"]);
    expect(state).toMatchObject({ host: "tea.example.com", issuer: unknownValue, namespace: unknownValue });
  });
});

describe("a value that is an Output, and known", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  it("is checked with all others, before anything is made", async () => {
    const domains = [domainTo({ service: outputValue("Tea_Svc"), port: outputValue(0) })];
    const { error, registrations } = await tryConstruct(plugin, { ...clusterInputs(), domains });
    expect(propertyErrors(error!).map(({ path }) => path)).toEqual([
      "domains[0].backend.service",
      "domains[0].backend.port",
    ]);
    expect(registrations).toEqual([]);
  });

  it("is refused where it would decide what is made", async () => {
    const domains = [{ ...domain("tea.example.com"), host: outputValue("tea.example.com") }];
    const { error, registrations } = await tryConstruct(plugin, { ...clusterInputs(), domains });
    expect(propertyErrors(error!).map(({ path }) => path)).toEqual(["domains[0].host"]);
    expect(registrations).toEqual([]);
  });

  it.each<[string, (planted: unknown) => Record<string, unknown>]>([
    ["among credentials", (planted) => ({ dnsSecrets: outputValue({ main: [planted] }, { secret: true }) })],
    [
      "in a property that need not be one",
      (planted) => ({ domains: [domainTo({ service: secret(planted), port: 80 })] }),
    ],
    ["inside of what is blamed", (planted) => ({ domains: [domainTo([secret(planted)] as never)] })],
    ["under a key that nobody knows", (planted) => ({ acme: { password: secret(planted) } })],
    ["as a whole object", (planted) => ({ acme: secret({ password: planted }) })],
  ])("is never shown if it is a secret, by the plugin or by the engine: %s", async (_case, over) => {
    const planted = "Planted_Secret";
    const inputs = { ...clusterInputs(), ...over(planted) };
    const { error, registrations } = await tryConstruct(plugin, inputs);
    expect(propertyErrors(error!)).not.toEqual([]);
    expect([...engineLines(error!, inputs), ...plugin.engine.messages].join("\n")).not.toContain(planted);
    expect(registrations).toEqual([]);
  });

  it("is a mistake if it lacks the secret that a challenge names", async () => {
    const inputs = { ...clusterInputs(), dnsSecrets: outputValue({ mein: token }, { secret: true }) };
    const { error, registrations } = await tryConstruct(plugin, inputs);
    const reason = '"main" is no key of dnsSecrets; did you mean "mein"?';
    expect(propertyErrors(error!)).toEqual([{ path: "challenges[0].cloudflare.secret", reason }]);
    expect(registrations).toEqual([]);
  });
});
