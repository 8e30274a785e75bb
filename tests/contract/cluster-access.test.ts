import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { version } from "../../provider/version";
import { clusterArgs } from "../support/builders";
import { construct, tryConstruct } from "./support/construct";
import { clusterInputs } from "./support/inputs";
import { Plugin } from "./support/plugin";
import { propertyErrors, secretValue, unknownValue } from "./support/wire";

const text = JSON.stringify({ clusters: [], users: [{ name: "me", user: { token: "planted-kubeconfig-token" } }] });

describe("certfleet's own way into the cluster", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  const accessOf = (resources: Map<string, unknown>) =>
    [...resources].filter(([key]) => key.startsWith("pulumi:providers:"));

  it("is made where a kubeconfig is given, once for all parts, and holds it as a secret whatever it was before", async () => {
    const { resources, urn } = await construct(plugin, { ...clusterInputs(), kubeconfig: text });
    expect(accessOf(resources)).toMatchObject([
      ["pulumi:providers:certfleet edge", { version, object: { kubeconfig: secretValue(text) }, parent: urn }],
    ]);
  });

  it("is not made without one", async () => {
    expect(accessOf((await construct(plugin, clusterInputs())).resources)).toEqual([]);
  });

  it("is made in a preview that does not know the kubeconfig yet", async () => {
    const inputs = { ...clusterArgs(), kubeconfig: unknownValue };
    const { resources } = await construct(plugin, inputs, { dryRun: true });
    expect(accessOf(resources)).toHaveLength(1);
  });

  it("is refused a path, without the value", async () => {
    const { error } = await tryConstruct(plugin, { ...clusterInputs(), kubeconfig: "/home/me/.kube/config" });
    expect(propertyErrors(error!)).toMatchObject([
      { path: 'kubeconfig["*"]', reason: expect.stringContaining("not its path") as string },
    ]);
    expect(error!.details).not.toContain("/home/me");
  });
});
