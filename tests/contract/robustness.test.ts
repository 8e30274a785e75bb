import * as provider from "@pulumi/pulumi/proto/provider_pb";
import fc from "fast-check";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { domain } from "../support/builders";
import { construct, tryConstruct } from "./support/construct";
import { clusterInputs, token } from "./support/inputs";
import { Plugin } from "./support/plugin";
import { outputValue, propertyErrors } from "./support/wire";

describe("the plugin's process", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  async function stillAnswers(): Promise<void> {
    const info = await plugin.call((client) => client.getPluginInfo.bind(client), new Empty());
    expect(info.getVersion()).toMatch(/^\d/);
    expect(plugin.running).toBe(true);
  }

  it("keeps two constructs apart that run at once", async () => {
    const secrets = (value: string) => ({ dnsSecrets: outputValue({ main: value }, { secret: true }) });
    const [one, two] = await Promise.all([
      construct(
        plugin,
        { ...clusterInputs({ domains: [domain("one.example.com")] }), ...secrets("first") },
        { name: "a" },
      ),
      construct(
        plugin,
        { ...clusterInputs({ domains: [domain("two.example.com")] }), ...secrets("second") },
        { name: "b" },
      ),
    ]);
    expect(one.registrations.every(({ name }) => name === "a" || name.startsWith("a-"))).toBe(true);
    expect(two.registrations.every(({ name }) => name === "b" || name.startsWith("b-"))).toBe(true);
    expect(one.registrations).toHaveLength(two.registrations.length);
    expect(Object.keys(one.state.domains as object)).toEqual(["one.example.com"]);
    expect(JSON.stringify(two.registrations)).not.toContain(Buffer.from("first").toString("base64"));
  });

  it("lets a construct that is right succeed beside one that is wrong", async () => {
    const domains = [{ ...domain("tea.example.com"), backend: { service: "Tea", port: 80 } }];
    const [right, wrong] = await Promise.all([
      construct(plugin, clusterInputs(), { name: "right" }),
      tryConstruct(plugin, { ...clusterInputs(), domains }, { name: "wrong" }),
    ]);
    expect(right.registrations.length).toBeGreaterThan(10);
    expect(wrong.error).toBeDefined();
  });

  it("lets a construct that is right succeed beside one that is wrong in an Output", async () => {
    const backend = { service: outputValue("Tea_Svc"), port: 80 };
    const domains = [{ ...domain("tea.example.com"), backend }];
    const [right, wrong] = await Promise.all([
      tryConstruct(plugin, clusterInputs(), { name: "right" }),
      tryConstruct(plugin, { ...clusterInputs(), domains }, { name: "wrong" }),
    ]);
    expect(propertyErrors(wrong.error!).map(({ path }) => path)).toEqual(["domains[0].backend.service"]);
    expect(right.error).toBeUndefined();
  });

  it.each<[string, (plugin: Plugin) => Promise<unknown>]>([
    ["Construct", (to) => to.call((client) => client.construct.bind(client), new provider.ConstructRequest())],
    ["Call", (to) => to.call((client) => client.call.bind(client), new provider.CallRequest())],
    ["Invoke", (to) => to.call((client) => client.invoke.bind(client), new provider.InvokeRequest())],
    ["CheckConfig", (to) => to.call((client) => client.checkConfig.bind(client), new provider.CheckRequest())],
    ["DiffConfig", (to) => to.call((client) => client.diffConfig.bind(client), new provider.DiffRequest())],
    ["Configure", (to) => to.call((client) => client.configure.bind(client), new provider.ConfigureRequest())],
    ["Check", (to) => to.call((client) => client.check.bind(client), new provider.CheckRequest())],
    ["Diff", (to) => to.call((client) => client.diff.bind(client), new provider.DiffRequest())],
    ["Create", (to) => to.call((client) => client.create.bind(client), new provider.CreateRequest())],
    ["Read", (to) => to.call((client) => client.read.bind(client), new provider.ReadRequest())],
    ["Update", (to) => to.call((client) => client.update.bind(client), new provider.UpdateRequest())],
    ["Delete", (to) => to.call((client) => client.delete.bind(client), new provider.DeleteRequest())],
    ["GetMapping", (to) => to.call((client) => client.getMapping.bind(client), new provider.GetMappingRequest())],
    ["Parameterize", (to) => to.call((client) => client.parameterize.bind(client), new provider.ParameterizeRequest())],
  ])("survives an empty message: %s", async (_method, send) => {
    await send(plugin).catch(() => undefined);
    await stillAnswers();
  });

  it("survives a Construct without inputs, and without an engine to register with", async () => {
    const request = new provider.ConstructRequest().setType("certfleet:index:ClusterTls").setName("edge");
    await plugin.call((client) => client.construct.bind(client), request).catch(() => undefined);
    request.setMonitorendpoint("127.0.0.1:1");
    await plugin.call((client) => client.construct.bind(client), request).catch(() => undefined);
    await stillAnswers();
  });

  it("answers any inputs with a failure by property, and lives", async () => {
    const key = fc.constantFrom("acme", "challenges", "dnsSecrets", "defaults", "domains", "certManager", "other");
    const inputs = fc.dictionary(key, fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>, { maxKeys: 6 });
    await fc.assert(
      fc.asyncProperty(inputs, async (given) => {
        const { error, registrations } = await tryConstruct(plugin, given, { dryRun: true });
        expect(error?.details).toMatch(/^ClusterTls "edge" has \d+ problems? in its args$/);
        expect(registrations).toEqual([]);
      }),
      { numRuns: 40 },
    );
    await stillAnswers();
  });

  it("still makes a cluster after all that", async () => {
    const { registrations } = await construct(plugin, clusterInputs());
    expect(registrations.length).toBeGreaterThan(10);
    expect(plugin.engine.messages.join()).not.toContain(token);
  });
});
