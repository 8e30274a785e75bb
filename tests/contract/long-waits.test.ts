import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { domain } from "../support/builders";
import { construct } from "./support/construct";
import type { Registration } from "./support/fake-monitor";
import { clusterInputs } from "./support/inputs";
import { Plugin } from "./support/plugin";

const kubeconfig = JSON.stringify({ clusters: [], users: [] });

/** A domain whose waits are bound by seconds. */
const inputs = {
  ...clusterInputs({ domains: [domain("tea.example.com", { timeouts: { certificate: 2, gateway: 600 } })] }),
  issuerTimeoutSeconds: 2,
};

describe("a wait of the Kubernetes plugin", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  const warnings = (): string[] => plugin.engine.messages.filter((text) => text.includes("is not ready after"));

  const isAwaited = ({ type, name }: Registration): boolean =>
    type.endsWith(":Certificate") && name === "edge-tea.example.com";

  /** Answers once a warning was sent: without one, the construct never ends. */
  async function untilWarned(registration: Registration): Promise<void> {
    while (isAwaited(registration) && warnings().length === 0) await sleep(20);
  }

  it("is told shortly before it fails, on the object's URN, and no other is", async () => {
    const { resources } = await construct(plugin, inputs, { ready: untilWarned });
    expect(warnings()).toEqual([
      expect.stringContaining("kubectl describe certificate tea-example-com --namespace cafe") as string,
    ]);
    const { urn } = resources.get("kubernetes:cert-manager.io/v1:Certificate edge-tea.example.com")!;
    expect(plugin.engine.subjects[plugin.engine.messages.indexOf(warnings()[0]!)]).toBe(urn);
  });

  it("begins only when what it depends on is there", async () => {
    const before = warnings().length;
    // Longer than the bounds of both, but before the Certificate: nothing has begun to wait for it then.
    const slow = async ({ type }: Registration): Promise<void> => {
      while (type.endsWith(":ClusterIssuer") && warnings().length === before) await sleep(20);
    };
    await construct(plugin, inputs, { ready: slow });
    expect(warnings().slice(before)).toEqual([expect.stringMatching(/^ClusterIssuer letsencrypt-staging is not/)]);
  });

  it("is told of neither in a preview nor where certfleet waits itself", async () => {
    const before = warnings().length;
    const quick = { ...inputs, certManager: { timeoutSeconds: 1 } };
    // All of them hang until the last to begin was warned of.
    const ready = async ({ type }: Registration): Promise<void> => {
      while (type.endsWith(":Release") && warnings().length === before) await sleep(20);
    };
    await Promise.all([
      construct(plugin, quick, { name: "preview", dryRun: true, ready }),
      construct(plugin, { ...quick, kubeconfig }, { name: "looks", ready }),
      construct(plugin, { ...inputs, certManager: { timeoutSeconds: 4 } }, { name: "edge", ready }),
    ]);
    expect(warnings().slice(before)).toEqual([expect.stringContaining("after 2 of the 4 seconds")]);
  });
});
