import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { CAFE_NAMESPACE } from "../lab";
import { describeOperations } from "./support/events";
import { verifiedHttps } from "./support/https";
import { installByKubectl, issueByHand, readIssued, type Issued } from "./support/installation/by-hand";
import { host, settingsOf, type Program } from "./support/installation/program";
import type { Stack } from "./support/stack";
import { succeed, tellStory } from "./support/story";

const story = tellStory("installation-manifests");
const version = "1.21.1";

const deployments = (): Promise<string> =>
  story.world.kubectl(["get", "deployments", "-n", "cert-manager", "-o", "name"]);

/** All that tells of cert-manager's version. */
const labels = {
  "app.kubernetes.io/name": "cert-manager",
  "app.kubernetes.io/component": "controller",
  "app.kubernetes.io/version": "v1.19.0",
};
const badController = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "others", namespace: CAFE_NAMESPACE, labels },
  spec: {
    replicas: 0,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "others", image: "quay.io/others/none" }] } },
  },
};

async function gatewayCrds(): Promise<string[]> {
  const names = await story.world.kubectl(["get", "crds", "-o", "jsonpath={.items[*].metadata.name}"]);
  return names.split(" ").filter((name) => name.endsWith(".gateway.networking.k8s.io"));
}

describe("cert-manager from manifests, by kubectl apply", () => {
  let stack: Stack;
  let before: Issued;

  const set = (program: Program): Promise<void> => stack.configure(settingsOf(program));

  async function expectUntouched(): Promise<void> {
    expect(await readIssued(story.world)).toEqual(before);
    const { peer } = await verifiedHttps(story.world, `https://${host}/`, await story.world.acmeRoot("staging"));
    expect(new X509Certificate(peer!.chain[0]!).serialNumber).toBe(before.serial);
  }

  beforeAll(async () => {
    const { world } = story;
    await installByKubectl(world, version);
    await issueByHand(world, host);
    before = await readIssued(world);
    stack = story.stack("installation");
    await stack.init(settingsOf({ certManager: { version }, adopt: true }));
  });

  it("is in the way of an installation that does not ask to take it over", async () => {
    const failed = await stack.up();
    expect(failed.code).not.toBe(0);
    expect(failed.output).toContain("exists and cannot be imported into the current release");
  });

  it("is taken over by a Helm release, with the issuer and the certificate as they are", async () => {
    await set({ certManager: { version, adopt: "manifests" }, adopt: true });
    const done = describeOperations(await succeed(stack.up()));
    expect(done).toContain("create Release edge-cert-manager");
    expect(done.filter((text) => !/^(import|update|create) /.test(text))).toEqual([]);
    await expectUntouched();
  });

  it("is an installation like any other afterwards", async () => {
    expect((await succeed(stack.preview())).operations).toEqual([]);
    await set({ certManager: { version: "1.21.2" } });
    await succeed(stack.up());
    expect((await succeed(stack.preview())).operations).toEqual([]);
    await expectUntouched();
    expect((await deployments()).trim().split("\n")).toHaveLength(3);
  });

  it("goes with a destroy, without the Secrets", async () => {
    await succeed(stack.destroy());
    expect((await readIssued(story.world)).serial).toBe(before.serial);
    expect(await deployments()).toBe("");
  });

  describe("makes room for others that fail, and say why", () => {
    const version = "1.21.2";
    const bounded = { version, gatewayApi: false, timeoutSeconds: 20 };

    /** With a kubeconfig, an update that fails and says this. */
    async function failsWith(certManager: Record<string, unknown>, text: string): Promise<void> {
      const kubeconfig = readFileSync(story.world.layout.kubeconfig, "utf8");
      await stack.configure(settingsOf({ certManager, domains: [] }), { kubeconfig });
      const failed = await stack.up();
      expect(failed.code, failed.output).not.toBe(0);
      expect(failed.output).toContain(text);
    }

    it("where others run a release that is known to be bad, which is said before anything draws on it", async () => {
      await story.world.kubectl(["apply", "--filename", "-"], { input: JSON.stringify(badController) });
      await failsWith(
        { install: false, createNamespace: true, namespace: CAFE_NAMESPACE },
        'cert-manager 1.19.0, which runs in namespace "cafe", issues certificates again without need',
      );
      await story.world.kubectl(["delete", "deployment", "others", "-n", CAFE_NAMESPACE]);
    });

    it("for want of the Gateway API, which is said before anything is made", async () => {
      await story.world.kubectl(["delete", "crd", ...(await gatewayCrds())]);
      const text = "the Gateway API is not installed (the cluster has no CustomResourceDefinition gateways.";
      await failsWith({ ...bounded, gatewayApi: true }, text);
      expect(await deployments()).toBe("");
    });

    it("by a quota, and says so", async () => {
      await story.world.kubectl(["create", "quota", "none", "--hard=pods=0", "-n", "cert-manager"]);
      await failsWith(bounded, "cause: a ResourceQuota of the namespace is used up");
      await story.world.kubectl(["delete", "quota", "none", "-n", "cert-manager"]);
    });

    it("by a webhook whose CA nobody tells the API server, and says so", async () => {
      const values = { cainjector: { enabled: false } };
      await failsWith({ ...bounded, values }, "cause: the API server does not trust cert-manager's webhook");
    });

    it("and completes once all that is mended, without the Gateway API", async () => {
      await set({ certManager: { version, gatewayApi: false }, domains: [] });
      await succeed(stack.up());
      expect((await deployments()).trim().split("\n")).toHaveLength(3);
    });
  });
});
