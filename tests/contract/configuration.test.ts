import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Plugin } from "./support/plugin";
import { objectOf, structOf } from "./support/fake-monitor";
import { secretValue, unknownValue } from "./support/wire";

const urn = "urn:pulumi:test::shop::pulumi:providers:certfleet::lab";
const directory = "https://ca.example.com/directory";

type Json = Record<string, unknown>;

describe("a provider's configuration", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  async function check(news: Json) {
    const request = new messages.CheckRequest().setUrn(urn).setNews(structOf(news));
    const response = await plugin.call((client) => client.checkConfig.bind(client), request);
    const failures = response.getFailuresList().map((failure) => failure.toObject());
    return { failures, inputs: objectOf(response.getInputs()) };
  }

  async function diff(olds: Json, news: Json) {
    const request = new messages.DiffRequest().setUrn(urn).setOldInputs(structOf(olds)).setNews(structOf(news));
    const response = await plugin.call((client) => client.diffConfig.bind(client), request);
    return { replaces: response.getReplacesList(), paths: [...response.getDetaileddiffMap().keys()] };
  }

  const configure = (args: Json) =>
    plugin.call((client) => client.configure.bind(client), new messages.ConfigureRequest().setArgs(structOf(args)));

  it("may be left out, and lists may come as JSON text, as the engine and the SDKs send them", async () => {
    expect((await check({})).failures).toEqual([]);
    const news = { directory, resolvers: '["1.1.1.1:53","https://dns.example.com/dns-query"]', version: "0.1.0" };
    expect(await check(news)).toEqual({ failures: [], inputs: news });
    expect((await check({ resolvers: ["1.1.1.1:53"] })).failures).toEqual([]);
  });

  it("is refused with all problems at once, each by its path", async () => {
    const { failures } = await check({
      directory: "http://ca.example.com/directory",
      directoryCaBundle: "none",
      resolvers: '["1.1.1.1"]',
      resolver: "1.1.1.1:53",
    });
    expect(failures).toEqual([
      { property: "directory", reason: expect.stringContaining("must be an https URL") as string },
      { property: "directoryCaBundle", reason: expect.stringContaining("in PEM form") as string },
      { property: "resolvers[0]", reason: expect.stringContaining("an address with a port") as string },
      { property: "resolver", reason: 'is not a known key; did you mean "resolvers"?' },
    ]);
  });

  it.each([["1.1.1.1:53"], ["[broken"], ["{}"], [7]])("takes no list that is none: %j", async (resolvers) => {
    const { failures } = await check({ resolvers });
    expect(failures.map(({ property }) => property)).toEqual(["resolvers"]);
    expect(failures[0]!.reason).toMatch(/^must be an array/);
  });

  it("is not checked where it is not known yet", async () => {
    expect((await check({ directory: unknownValue, resolvers: unknownValue })).failures).toEqual([]);
    await configure({ directory: unknownValue, resolvers: unknownValue });
  });

  it("never shows a secret", async () => {
    const { failures } = await check({ directory: secretValue("planted"), resolvers: secretValue('["planted"]') });
    expect(failures).toHaveLength(2);
    expect(JSON.stringify(failures)).not.toContain("planted");
  });

  it("takes effect in place, and is compared by property", async () => {
    expect(await diff({ directory }, { directory })).toEqual({ replaces: [], paths: [] });
    const changed = await diff({ directory }, { directory: `${directory}/2`, resolvers: '["1.1.1.1:53"]' });
    expect(changed).toEqual({ replaces: [], paths: ["directory", "resolvers"] });
  });

  it("is refused again where it is set without having been checked", async () => {
    await expect(configure({ directory: "nowhere" })).rejects.toThrow(/has 1 problem in its args/);
  });

  it("tells the engine what the plugin understands", async () => {
    const response = await configure({ directory });
    expect(response.toObject()).toMatchObject({
      acceptsecrets: true,
      acceptoutputs: true,
      acceptresources: true,
      supportspreview: true,
    });
  });
});
