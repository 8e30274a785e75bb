import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { construct, providerOf, startMonitor } from "./support/construct";
import type { Registration } from "./support/fake-monitor";
import { clusterInputs } from "./support/inputs";
import { Plugin } from "./support/plugin";
import { unknownValue } from "./support/wire";

/** What lives in a cluster: all but the components, and what the plugin makes of itself. */
const inCluster = (registrations: readonly Registration[]): Registration[] =>
  registrations.filter(({ custom, type }) => custom && type.startsWith("kubernetes:"));
const titles = (registrations: readonly Registration[]): string[] =>
  registrations.map(({ type, name }) => `${type} ${name}`).sort();

describe("components of several clusters in one plugin", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  // The first round finds the Kubernetes SDK not loaded yet, which leads the plugin to the provider by another way.
  it.each(["first", "second"])("give every child its own cluster's provider: %s round", async () => {
    const monitor = await startMonitor(plugin);
    const clusters = ["paris", "tokyo", "lima"];
    const one = (name: string) => construct(plugin, clusterInputs(), { name, provider: providerOf(name), monitor });
    await Promise.all(clusters.map(one));
    for (const name of clusters) {
      const children = inCluster(monitor.registrations).filter((made) => made.name.startsWith(`${name}-`));
      expect(children).toHaveLength(12);
      expect(new Set(children.map(({ provider }) => provider))).toEqual(new Set([providerOf(name)]));
    }
    expect(inCluster(monitor.registrations)).toHaveLength(12 * clusters.length);
  });

  it("announce every child in a preview that does not know the provider's configuration", async () => {
    const known = await construct(plugin, clusterInputs(), { dryRun: true });
    const provider = providerOf("cluster", unknownValue);
    const unknown = await construct(plugin, clusterInputs(), { dryRun: true, unconfigured: true, provider });
    expect(titles(unknown.registrations)).toEqual(titles(known.registrations));
    expect(new Set(inCluster(unknown.registrations).map((made) => made.provider))).toEqual(new Set([provider]));
    expect(unknown.state).toHaveProperty("domains");
  });
});
