import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cloudflareTokens, GATEWAY_CLASS, hosts } from "../lab";
import { verifiedHttps } from "./support/https";
import { leftovers, takeInventory, type Inventory } from "./support/inventory";
import { examples, type Stack } from "./support/stack";
import { succeed, tellStory } from "./support/story";

const story = tellStory("two-stacks");
const namespace = "cafe";
const member = "application";

/** A kubeconfig of a ServiceAccount with the rights of examples/application/role.yaml in one namespace, and no others. */
async function restrictedKubeconfig(): Promise<string> {
  const { world } = story;
  await world.kubectl(["create", "serviceaccount", member, "-n", namespace]);
  await world.kubectl(["apply", "-n", namespace, "-f", join(examples, "application", "role.yaml")]);
  const subject = `--serviceaccount=${namespace}:${member}`;
  await world.kubectl(["create", "rolebinding", member, "-n", namespace, "--role=certfleet-application", subject]);
  const token = (await world.kubectl(["create", "token", member, "-n", namespace, "--duration=2h"])).trim();
  const admin = JSON.parse(await world.kubectl(["config", "view", "--raw", "--minify", "-o", "json"])) as {
    clusters: unknown[];
    contexts: { context: { user: string } }[];
  };
  const users = [{ name: admin.contexts[0]!.context.user, user: { token } }];
  const file = join(world.layout.folder, "application.kubeconfig");
  writeFileSync(file, JSON.stringify({ ...admin, users }));
  return file;
}

describe("examples/platform and examples/application", () => {
  let platform: Stack;
  let application: Stack;
  let before: Inventory;

  beforeAll(async () => {
    const { world } = story;
    before = await takeInventory(world);
    platform = story.stack("platform");
    mkdirSync(world.layout.folder, { recursive: true });
    await world.kubectl(["create", "namespace", "cert-manager"]);
    const token = `--from-literal=token=${cloudflareTokens.full}`;
    await world.kubectl(["create", "secret", "generic", "cloudflare", "-n", "cert-manager", token]);
    application = story.stack("application", { KUBECONFIG: await restrictedKubeconfig() });
  });

  it("gives the platform issuers at a directory of its own and a wildcard certificate", async () => {
    await platform.init({
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
    const ours = [/ cert-manager($|\/)/, / cafe\/application$/, / cafe\/certfleet-application$/];
    expect(left.filter((object) => !ours.some((pattern) => pattern.test(object)))).toEqual([]);
  });
});
