import * as grpc from "@grpc/grpc-js";
import { GetSchemaRequest } from "@pulumi/pulumi/proto/provider_pb";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterArgs } from "../support/builders";
import { root } from "../support/build";
import { construct, tryConstruct } from "./support/construct";
import { Plugin } from "./support/plugin";
import { outputValue } from "./support/wire";

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

describe("the plugin", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  it("says its package's version", async () => {
    const info = await plugin.call((client) => client.getPluginInfo.bind(client), new Empty());
    expect(info.getVersion()).toBe(version);
  });

  it("serves schema.json, wherever it is started from", async () => {
    const response = await plugin.call((client) => client.getSchema.bind(client), new GetSchemaRequest());
    const served: unknown = JSON.parse(response.getSchema());
    expect(served).toEqual(JSON.parse(readFileSync(join(root, "schema.json"), "utf8")));
  });

  it("names what it has when asked for a component that it has not", async () => {
    const { error, registrations } = await tryConstruct(plugin, {}, { type: "certfleet:index:ClusterTLS" });
    expect(error?.details).toContain("certfleet:index:ClusterTLS is no component of certfleet");
    expect(error?.details).toContain("certfleet:index:ClusterTls");
    expect(registrations).toEqual([]);
  });

  it("writes nothing but its port to stdout, whatever it is asked", async () => {
    await construct(plugin, { ...clusterArgs(), dnsSecrets: outputValue({ main: "token" }, { secret: true }) });
    await tryConstruct(plugin, { domains: "none" });
    expect(plugin.stdout).toMatch(/^\d+\n$/);
  });

  it("accepts Cancel and still answers", async () => {
    await plugin.call((client) => client.cancel.bind(client), new Empty());
    const info = await plugin.call((client) => client.getPluginInfo.bind(client), new Empty());
    expect(info.getVersion()).not.toBe("");
  });

  it("refuses a schema version that it does not know", async () => {
    const request = new GetSchemaRequest().setVersion(1);
    const asked = plugin.call((client) => client.getSchema.bind(client), request);
    await expect(asked).rejects.toMatchObject({ code: grpc.status.UNKNOWN });
  });
});

describe("starting", () => {
  it.each([
    ["its executable, found on PATH", [join(root, "pulumi-resource-certfleet")]],
    [
      "the SDK's runner, as PulumiPlugin.yaml asks for",
      [process.execPath, join(root, "node_modules", "@pulumi", "pulumi", "cmd", "run-plugin"), root],
    ],
  ])("starts by %s", async (_way, argv) => {
    const started = await Plugin.start({}, argv);
    try {
      const info = await started.call((client) => client.getPluginInfo.bind(client), new Empty());
      expect(info.getVersion()).toBe(version);
    } finally {
      await started.stop();
    }
  });

  /** What is loaded once the plugin could answer its first call, by its path below node_modules. */
  function loadedModules(): string[] {
    const script = `
      require(${JSON.stringify(join(root, "bin", "host", "main.js"))});
      require(${JSON.stringify(join(root, "bin", "host", "registry.js"))});
      process.stdout.write(JSON.stringify(Object.keys(require.cache)));`;
    const output = execFileSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" });
    return (JSON.parse(output) as string[]).flatMap((file) => /node_modules\/(.*)/.exec(file)?.[1] ?? []);
  }

  it("loads nothing that the first call does not need: of the SDK only the engine's protocol", () => {
    const loaded = loadedModules();
    expect(loaded).toContain("@pulumi/pulumi/proto/provider_pb.js");
    const allowed =
      /^(@grpc|google-protobuf|@pulumi\/pulumi\/proto|protobufjs|@protobufjs|long|lodash\.camelcase|@js-sdsl)\//;
    expect(loaded.filter((path) => !allowed.test(path))).toEqual([]);
  });
});
