import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cloudflareTokens, GATEWAY_CLASS, hosts } from "../lab";
import { describeOperations } from "./support/events";
import { verifiedHttps } from "./support/https";
import { leftovers, takeInventory, type Inventory } from "./support/inventory";
import { makeAccount, subjectOf } from "./support/service-account";
import { examples, type Stack } from "./support/stack";
import { succeed, tellStory } from "./support/story";

const story = tellStory("two-stacks");
const namespace = "cafe";
const member = "application";

/** A kubeconfig of a ServiceAccount with the rights of examples/application/role.yaml in one namespace, and no others. */
async function restrictedKubeconfig(): Promise<string> {
  const { world } = story;
  const account = { namespace, name: member };
  const { kubeconfig } = await makeAccount(world, account);
  await world.kubectl(["apply", "-n", namespace, "-f", join(examples, "application", "role.yaml")]);
  const role = "--role=certfleet-application";
  await world.kubectl(["create", "rolebinding", member, "-n", namespace, role, subjectOf(account)]);
  const file = join(world.layout.folder, "application.kubeconfig");
  writeFileSync(file, kubeconfig);
  return file;
}

/** Runs of the chart's startupapicheck, which the kubelet notes as it starts their pods. */
function listApiChecks(): string[] {
  const log = readFileSync(join(story.world.layout.logs, "kubelet.log"), "utf8");
  return log.split("\n").filter((line) => /cert-manager-startupapicheck-\w+: Started/.test(line));
}

describe("examples/platform and examples/application", () => {
  let platform: Stack;
  let application: Stack;
  let before: Inventory;

  beforeAll(async () => {
    const { world } = story;
    platform = story.stack("platform");
    mkdirSync(world.layout.folder, { recursive: true });
    await world.kubectl(["create", "namespace", "cert-manager"]);
    const token = `--from-literal=token=${cloudflareTokens.full}`;
    await world.kubectl(["create", "secret", "generic", "cloudflare", "-n", "cert-manager", token]);
    application = story.stack("application", { KUBECONFIG: await restrictedKubeconfig() });
    before = await takeInventory(world);
  });

  it("gives the platform issuers at a directory of its own and a wildcard certificate", async () => {
    await platform.init({
      certManagerVersion: "1.21.1",
      email: "ops@example.com",
      acmeDirectory: `https://${hosts.acmeCustom}/directory`,
      acmeCaBundle: readFileSync(join(story.world.layout.pki, "ca.crt"), "utf8"),
      gatewayClassName: GATEWAY_CLASS,
      wildcardNamespace: namespace,
    });
    await succeed(platform.up());
    const outputs = await platform.outputs<{ wildcard: unknown; platform: unknown }>();
    expect(outputs.wildcard).toMatchObject({ host: "*.apps.example.com", issuer: "acme", ready: true, addresses: [] });
    expect(outputs.platform).toEqual({
      issuers: { custom: "acme" },
      environment: "custom",
      gatewayClassName: GATEWAY_CLASS,
    });
  });

  it("makes a namespace on request, with labels on what is made in it", async () => {
    const found = await story.world.kubectl(["get", "certificate", "mail-example-com", "-n", "mail", "-o", "json"]);
    const { metadata, status } = JSON.parse(found) as {
      metadata: { labels: object };
      status: { conditions: { type: string; status: string }[] };
    };
    expect(metadata.labels).toEqual({ "app.kubernetes.io/managed-by": "certfleet", team: "mail" });
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: "Ready", status: "True" }));
  });

  it("upgrades cert-manager as one change, done only once its API answers again", async () => {
    await platform.configure({ certManagerVersion: "1.21.2" });
    const checks = (): number => listApiChecks().length;
    const before = checks();
    expect(describeOperations(await succeed(platform.up()))).toEqual([
      "update CertManagerPreflight edge-cert-manager",
      "update Release edge-cert-manager",
    ]);
    expect(checks()).toBe(before + 1);
  });

  it("refuses a provider's configuration before anything is looked at, and takes the directory from a good one", async () => {
    await platform.configure({ "certfleet:directory": "http://acme.example.com/directory" });
    const refused = await platform.preview();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain(
      'must be an https URL (RFC 8555 section 6.1); got "http://acme.example.com/directory"',
    );
    expect(refused.operations.filter(({ type }) => type.startsWith("certfleet:"))).toEqual([]);
    await platform.unset("acmeDirectory", "acmeCaBundle");
    await platform.configure({
      "certfleet:directory": `https://${hosts.acmeCustom}/directory`,
      "certfleet:directoryCaBundle": readFileSync(join(story.world.layout.pki, "ca.crt"), "utf8"),
    });
    expect(describeOperations(await succeed(platform.preview()))).toEqual(["update certfleet default_0_1_0"]);
    expect(describeOperations(await succeed(platform.up()))).toEqual(["update certfleet default_0_1_0"]);
  });

  it("lets an application add hosts with rights in its own namespace only", async () => {
    await application.init({ namespace, service: "tea-svc", platformStack: "organization/platform/lab" });
    await succeed(application.up());
    const root = await story.world.acmeRoot("staging");
    const own = await verifiedHttps(story.world, "https://shop.example.com/", root);
    expect(own.peer?.dnsNames).toEqual(["shop.example.com"]);
    const shared = await verifiedHttps(story.world, "https://shop.apps.example.com/", root);
    expect(shared.peer?.dnsNames).toEqual(["*.apps.example.com"]);
  });

  it.each([["platform"], ["application"]])("has nothing to do afterwards: %s", async (name) => {
    const stack = name === "platform" ? platform : application;
    expect((await succeed(stack.preview())).operations).toEqual([]);
    expect((await succeed(stack.refresh())).changes).toEqual({});
  });

  it("destroys the application and leaves the platform at work", async () => {
    await succeed(application.destroy());
    const gateways = await story.world.kubectl([
      "get",
      "gateways,httproutes,certificates",
      "-n",
      namespace,
      "-o",
      "name",
    ]);
    expect(gateways.trim().split("\n")).toEqual([
      expect.stringContaining("certificate.cert-manager.io/wildcard-apps-example-com"),
    ]);
  });

  it("leaves nothing but what is meant to stay after the platform's destroy", async () => {
    await succeed(platform.destroy());
    const { left } = leftovers(before, await takeInventory(story.world));
    expect(left).toEqual([]);
  });
});
