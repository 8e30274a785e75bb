import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { CAFE_NAMESPACE } from "../lab";
import { certfleet } from "./support/certfleet";
import { describeOperations } from "./support/events";
import { verifiedHttps } from "./support/https";
import { installByHelm, issueByHand, readIssued, type Issued } from "./support/installation/by-hand";
import { host, settingsOf, type Program } from "./support/installation/program";
import type { Stack } from "./support/stack";
import { succeed, tellStory } from "./support/story";

const story = tellStory("installation");

/** No node has it, so the controller's new pod waits for ever. */
const unschedulable = { values: { nodeSelector: { "example.com/none": "here" } }, timeoutSeconds: 45 };

/** A class of a controller that is not there. */
const unserved = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "GatewayClass",
  metadata: { name: "unserved" },
  spec: { controllerName: "example.com/absent" },
};
const upgraded = ["update CertManagerPreflight edge-cert-manager", "update Release edge-cert-manager"];

/** The version of the controller that serves, by the Deployment that the chart makes. */
async function runningVersion(): Promise<string> {
  const template = "jsonpath={.items[*].metadata.labels.app\\.kubernetes\\.io/version}";
  const selector = ["-l", "app.kubernetes.io/name=cert-manager,app.kubernetes.io/component=controller"];
  return story.world.kubectl(["get", "deployments", "-n", "cert-manager", ...selector, "-o", template]);
}

const awaitController = (): Promise<string> =>
  story.world.kubectl(["rollout", "status", "-n", "cert-manager", "deployment/cert-manager", "--timeout=60s"]);

const certManagerCrds = async (): Promise<string[]> => {
  const names = await story.world.kubectl(["get", "crds", "-o", "name"]);
  return names.split("\n").filter((name) => name.endsWith("cert-manager.io"));
};

describe("an installation made by hand", () => {
  let stack: Stack;
  let before: Issued;

  const set = (program: Program): Promise<void> => stack.configure(settingsOf(program));
  const release = (version: string, over: object = {}): Program => ({
    certManager: { releaseName: "certs", version, ...over },
  });

  /** The certificate that visitors get is the one from before, and nothing was ordered since. */
  async function expectUntouched(): Promise<void> {
    expect(await readIssued(story.world)).toEqual(before);
    const { peer } = await verifiedHttps(story.world, `https://${host}/`, await story.world.acmeRoot("staging"));
    expect(new X509Certificate(peer!.chain[0]!).serialNumber).toBe(before.serial);
  }

  beforeAll(async () => {
    const { world } = story;
    await installByHelm(world, "certs", "1.19.5");
    await issueByHand(world, host);
    before = await readIssued(world);
    stack = story.stack("installation");
    await stack.init(settingsOf({ ...release("1.21.2", { adopt: "release" }), adopt: true }));
  });

  describe("is adopted", () => {
    it("only at the version that it has", async () => {
      const refused = await stack.preview();
      expect(refused.code).not.toBe(0);
      expect(refused.output).toContain('"1.21.2" is not the version of the release that is adopted, 1.19.5');
    });

    it("as an import, with what differs as an update, and with nothing deleted, replaced or issued", async () => {
      await set({ ...release("1.19.5", { adopt: "release" }), adopt: true });
      const announced = describeOperations(await succeed(stack.preview()));
      const imports = [
        "Certificate edge-coffee.example.com",
        "ClusterIssuer edge-issuers-staging",
        "Release edge-cert-manager",
      ];
      for (const name of imports)
        expect(announced).toEqual(expect.arrayContaining([`import ${name}`, `update ${name}`]));
      expect(announced.filter((text) => !/^(import|update|create) /.test(text))).toEqual([]);
      const done = await succeed(stack.up());
      expect(describeOperations(done)).toEqual(announced);
      expect(await runningVersion()).toBe("v1.19.5");
      await expectUntouched();
    });

    it("once: to leave adopt in the program does nothing more, and to take it out changes no certificate", async () => {
      expect((await succeed(stack.preview())).operations).toEqual([]);
      await set(release("1.19.5"));
      const done = describeOperations(await succeed(stack.up()));
      expect(done).toEqual(["update Certificate edge-coffee.example.com", "update ClusterIssuer edge-issuers-staging"]);
      expect((await succeed(stack.preview())).operations).toEqual([]);
      expect((await succeed(stack.refresh())).changes).toEqual({});
      await expectUntouched();
    });
  });

  describe("is shown by certfleet status", () => {
    it("with all that is ready, by host or as JSON", async () => {
      const shown = await certfleet(story.world, ["status", host]);
      expect(shown).toMatchObject({ code: 0, stderr: "" });
      expect(shown.stdout).toMatch(
        /^coffee\.example\.com\n {2}✔ Certificate cafe\/coffee: Ready: [^]*\n2 of 2 ready\n$/,
      );
      const { code, stdout } = await certfleet(story.world, ["status", "--json"]);
      expect(code).toBe(0);
      const reports = JSON.parse(stdout) as { kind: string; name: string; ready: boolean }[];
      expect(reports.map(({ kind, name, ready }) => [kind, name, ready])).toEqual([
        ["ClusterIssuer", "letsencrypt", true],
        ["Certificate", "coffee", true],
        ["Gateway", "coffee-example-com", true],
      ]);
    });

    it("or ends with 2 where it cannot look", async () => {
      const { code, stderr } = await certfleet(story.world, ["status"], { env: { KUBECONFIG: "/nowhere/config" } });
      expect(code).toBe(2);
      expect(stderr).toContain("certfleet: the kubeconfig cannot be read (/nowhere/config: ENOENT)");
    });
  });

  describe("is upgraded", () => {
    it("not to a release that is known to be bad: the preview says so", async () => {
      await set(release("1.19.0"));
      const refused = await stack.preview();
      expect(refused.code).not.toBe(0);
      expect(refused.output).toContain('"1.19.0" issues certificates again without need; use 1.19.1 or newer');
    });

    it("nor to the one that a certificate without renewal stops", async () => {
      const domains = [{ host, certificateOnly: true, renewal: { policy: "Disabled" } }];
      await set({ ...release("1.21.0"), domains });
      const refused = await stack.preview();
      expect(refused.code).not.toBe(0);
      expect(refused.output.replace(/\s+/g, " ")).toContain(
        `property domains[0].renewal.policy with value '{Disabled}' has a problem: is "Disabled", at which cert-manager 1.21.0 stops`,
      );
    });

    it("not over several minor versions: the preview says which steps lead there", async () => {
      await set(release("1.21.2"));
      const refused = await stack.preview();
      expect(refused.code).not.toBe(0);
      expect(refused.output).toContain(
        '"1.21.2" is more than one minor version away from 1.19.5; go 1.19 -> 1.20 -> 1.21: set version to the newest 1.20.x first',
      );
      expect(refused.operations.filter(({ type }) => type.includes("helm.sh"))).toEqual([]);
    });

    it.each([["1.20.3"], ["1.21.1"]])("one minor version at a time: to %s", async (version) => {
      await set(release(version));
      expect(describeOperations(await succeed(stack.preview()))).toEqual(upgraded);
      expect(describeOperations(await succeed(stack.up()))).toEqual(upgraded);
      expect(await runningVersion()).toBe(`v${version}`);
      await expectUntouched();
    });

    it("not at all where it fails: Helm puts back what was there, and that goes on to serve", async () => {
      await set(release("1.21.2", unschedulable));
      const failed = await stack.up();
      expect(failed.code).not.toBe(0);
      expect(await runningVersion()).toBe("v1.21.1");
      await awaitController();
      await expectUntouched();
    });

    it("by a patch, by the next update that can succeed", async () => {
      await set(release("1.21.2"));
      expect(describeOperations(await succeed(stack.up()))).toEqual(["update Release edge-cert-manager"]);
      expect(await runningVersion()).toBe("v1.21.2");
      expect((await succeed(stack.preview())).operations).toEqual([]);
      await expectUntouched();
    });
  });

  describe("is asked before, where there is a kubeconfig", () => {
    it("for what it does not support and does not have, and nothing is changed", async () => {
      const kubeconfig = await story.world.kubectl(["config", "view", "--raw", "--minify", "-o", "json"]);
      const lost = { host: "lost.example.com", backend: { service: "tea-svc", port: 80 } };
      await story.world.kubectl(["apply", "--filename", "-"], { input: JSON.stringify(unserved) });
      const served = (gatewayClassName: string) => ({ route: { gatewayApi: { gatewayClassName } } });
      const domains = [
        { ...lost, ...served("none") },
        { ...lost, host: "idle.example.com", ...served("unserved") },
      ];
      await stack.configure(settingsOf({ ...release("1.20.3"), domains }), { kubeconfig });
      const failed = await stack.up();
      expect(failed.code).not.toBe(0);
      expect(failed.output).toContain(
        "cert-manager 1.20.3 supports Kubernetes 1.32 to 1.35, and this cluster runs v1.36",
      );
      expect(failed.output).toContain('the cluster has no GatewayClass "none" (it has: traefik, unserved)');
      expect(failed.output).toContain('no controller answers for GatewayClass "unserved": nobody has accepted it');
      expect(await runningVersion()).toBe("v1.21.2");
      await stack.unset("kubeconfig");
      await set(release("1.21.2"));
      await succeed(stack.up());
      await expectUntouched();
    });
  });

  describe("goes", () => {
    it("without its CRDs, so that what others made with them stays", async () => {
      await succeed(stack.destroy());
      expect(await certManagerCrds()).toHaveLength(6);
    });

    it("in a first installation that fails without a trace, and the next update completes it", async () => {
      await set({ ...release("1.21.2", unschedulable), domains: [] });
      expect((await stack.up()).code).not.toBe(0);
      expect(await runningVersion()).toBe("");
      await set({ ...release("1.21.2"), domains: [] });
      await succeed(stack.up());
      expect(await runningVersion()).toBe("v1.21.2");
    });

    it("with its CRDs, and all that was made with them, only after an update that says so", async () => {
      await set({ ...release("1.21.2", { purge: true }), domains: [] });
      const warned = await succeed(stack.up());
      expect(warned.problems).toContainEqual(expect.stringContaining("purge: a destroy from now on deletes"));
      expect(await certManagerCrds()).toHaveLength(6);
      await succeed(stack.destroy());
      expect(await certManagerCrds()).toEqual([]);
      const secrets = await story.world.kubectl(["get", "secrets", "-n", CAFE_NAMESPACE, "-o", "name"]);
      expect(secrets).toContain("secret/coffee-cert");
    });
  });
});
