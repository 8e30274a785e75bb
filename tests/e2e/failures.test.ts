import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cloudflareTokens, hosts } from "../lab";
import { certfleet } from "./support/certfleet";
import { describeOperations } from "./support/events";
import { filesWith } from "./support/files";
import { runCommandsIn } from "./support/hints";
import { makeAccount, subjectOf } from "./support/service-account";
import { root, type Run, type Stack } from "./support/stack";
import { succeed, tellStory } from "./support/story";

const story = tellStory("failures");

type Json = Record<string, unknown>;

/** Bounds that are long enough for what succeeds here, and short enough to fail again and again. */
const timeouts = { certificate: 20, gateway: 5 };
const certificate = (host: string, over: Json = {}): Json => ({ host, certificateOnly: true, timeouts, ...over });

/** The namespace is made before: a role in it is among the rights that are given. */
const certManager = { createNamespace: false };

const working = {
  acme: { email: "ops@example.com" },
  issuerTimeoutSeconds: 15,
  challenges: [{ zones: ["example.com"], cloudflare: { secret: "com" } }, { cloudflare: { secret: "main" } }],
  certManager,
  defaults: { namespace: "cafe" },
  domains: [] as Json[],
};

const settings = (args: Json) => ({ args: JSON.stringify({ ...working, ...args }) });
const goodTokens = { main: cloudflareTokens.full, com: cloudflareTokens.full };

describe("failures that explain themselves", () => {
  let stack: Stack;
  let [kubeconfig, token] = ["", ""];

  beforeAll(async () => {
    ({ kubeconfig, token } = await restrictedAccess());
    stack = story.stack("failures");
    await stack.init({});
  });

  const set = (args: Json, tokens: Json = goodTokens): Promise<void> =>
    stack.configure(settings(args), { dnsSecrets: JSON.stringify(tokens), kubeconfig });

  /** An update that fails and says all of this. */
  async function failsWith(...texts: string[]): Promise<Run> {
    const run = await stack.up();
    expect(run.code, run.output).not.toBe(0);
    for (const text of texts) expect(run.output.replace(/\s+/g, " ")).toContain(text);
    return run;
  }

  it("names an image of the chart that cannot be pulled", async () => {
    const values = { webhook: { image: { repository: "quay.io/nowhere/webhook" } } };
    await set({ certManager: { ...certManager, timeoutSeconds: 45, values } });
    await failsWith("cause: an image of the chart cannot be pulled", "Pod cert-manager/cert-manager-webhook-");
  });

  it("names a webhook that never answers", async () => {
    const values = { webhook: { url: { host: "webhook.nowhere.test" } } };
    await set({ certManager: { ...certManager, timeoutSeconds: 45, values } });
    await failsWith("cause: cert-manager's webhook does not answer the API server", "webhook.nowhere.test");
  });

  it("names a directory that cannot be reached, on the installation that is mended", async () => {
    const directory = { url: "https://acme.nowhere.test/directory" };
    await set({ acme: { email: "ops@example.com", directory }, domains: [certificate("one.example.net")] });
    await failsWith("cause: the ACME directory cannot be reached from the cluster", "ClusterIssuer acme");
    // There is no Certificate yet.
    const shown = await status();
    expect(shown).toMatchObject({ code: 1 });
    expect(shown.stdout).toContain("ClusterIssuer acme");
  });

  it("names the CA's rate limit", async () => {
    await story.world.edge.setFaults([
      { kind: "status", status: 429, retryAfter: 3600, host: hosts.acmeStaging, pathPrefix: "/order-plz" },
    ]);
    await set({ domains: [certificate("one.example.net")] });
    await failsWith("cause: the CA refuses for now: a rate limit is reached", "Order cafe/one-example-net-1-");
    await story.world.edge.clearFaults();
  });

  it("names a wrong credential, of several certificates those that it holds up, and where the next attempt is", async () => {
    const tokens = { ...goodTokens, com: "lab-cloudflare-wrongtoken-0123456789abcd" };
    await set({ domains: [certificate("one.example.com")] }, tokens);
    await failsWith(
      "cause: the DNS provider does not accept the credential",
      "Challenge cafe/one-example-com-1-",
      "next attempt: by itself within 30 minutes",
      "npx certfleet status --namespace cafe one-example-com",
    );
  });

  it("names one that may not edit", async () => {
    await set({ domains: [certificate("one.example.com")] }, { ...goodTokens, com: cloudflareTokens.readOnly });
    await failsWith("cause: the credential is valid, but may not edit the zone's records");
  });

  it("names a zone that is not there", async () => {
    const tokens = { ...goodTokens, main: cloudflareTokens.exampleNet };
    await set({ domains: [certificate("one.example.com"), certificate("shop.example.org")] }, tokens);
    await failsWith(
      "cause: the DNS provider has no zone for the name that this credential can see",
      "shop-example-org",
    );
  });

  it("lets a domain go whose challenge cannot be cleaned up, and nothing else with it", async () => {
    const tokens = { ...goodTokens, main: cloudflareTokens.exampleNet };
    const held = await owned("challenges", "shop-example-org");
    expect(held).toHaveLength(1);
    const others = await owned("certificaterequests", "one-example-com");
    await set({ domains: [certificate("one.example.com", { timeouts: { certificate: 300, gateway: 5 } })] }, tokens);
    await succeed(stack.up());
    expect(await owned("challenges", "shop-example-org")).toEqual([]);
    expect(await owned("certificaterequests", "one-example-com")).toEqual(others);
  });

  it("completes with the next update once everything is mended", async () => {
    const patient = { timeouts: { certificate: 300, gateway: 5 } };
    await set({ domains: [certificate("one.example.com", patient), certificate("shop.example.org", patient)] });
    await succeed(stack.up());
    expect(describeOperations(await succeed(stack.preview()))).toEqual([]);
    expect(await status()).toMatchObject({ code: 0 });
  });

  it("names a challenge that does not validate, and goes on without cert-manager's hour of waiting once it is mended", async () => {
    const solver = { http01: { ingress: { ingressClassName: "nobody" } }, waitInsteadOfSelfCheck: "1s" };
    await applyIssuer(solver);
    const domain = certificate("two.example.com", { issuer: { name: "by-hand" }, timeouts: { certificate: 120 } });
    await set({ domains: [domain] });
    const failed = await failsWith("cause: port 80 of the host does not answer the challenge", "could not be issued");
    expect(failed.output).toMatch(/next attempt: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/);
    const shown = await status();
    expect(shown.code).toBe(1);
    expect(shown.stdout).toContain("port 80 of the host");
    await applyIssuer({ dns01: { cloudflare: { apiTokenSecretRef: { name: "cloudflare-main", key: "api-token" } } } });
    await succeed(stack.up());
  });

  it("issues again for a new reason, and takes the Secret along where it is asked to", async () => {
    const own = { issuer: { name: "by-hand" }, timeouts: { certificate: 200 }, deleteSecret: true };
    await set({ domains: [certificate("two.example.com", { ...own, renew: "key leaked" })] });
    expect(describeOperations(await succeed(stack.preview()))).toEqual([
      "create TlsSecret edge-two.example.com",
      "update Readiness edge-two.example.com",
    ]);
    await succeed(stack.up());
    const revision = ["get", "certificate", "two-example-com", "-n", "cafe", "-o", "jsonpath={.status.revision}"];
    expect(await story.world.kubectl(revision)).toBe("2");
    await set({ domains: [] });
    await succeed(stack.up());
    const secrets = await story.world.kubectl(["get", "secrets", "-n", "cafe", "-o", "name"]);
    expect(secrets).not.toContain("two-example-com-tls");
    expect(secrets).toContain("one-example-com-tls");
  });

  it("fails within its bound without a kubeconfig, too", async () => {
    await stack.unset("kubeconfig");
    const dnsSecrets = JSON.stringify({ ...goodTokens, com: "lab-cloudflare-wrongtoken-0123456789abcd" });
    const domains = [certificate("one.example.com"), certificate("three.example.com")];
    await stack.configure(settings({ domains }), { dnsSecrets });
    const run = await failsWith("timed out waiting for the condition");
    // The other has its Secret still, and so is ready at once.
    const [warning, ...others] = run.problems.filter((text) => text.includes("is not ready after"));
    expect(warning).toContain("Certificate cafe/three-example-com is not ready after 18 of the 20 seconds");
    expect(others).toEqual([]);
    const shown = await runCommandsIn(story.world, warning!);
    expect(shown).toHaveLength(5);
    expect(shown[0]!.stdout).toContain("the DNS provider does not accept the credential");
    expect(shown.slice(1).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(shown.at(-1)!.stdout).toMatch(/Name: +three-example-com-1-.*Error: 9109: Invalid access token/s);
  });

  it("takes a kubeconfig later, without touching a certificate", async () => {
    const secret = ["get", "secret", "one-example-com-tls", "-n", "cafe", "-o", "jsonpath={.data.tls\\.crt}"];
    const before = await story.world.kubectl(secret);
    await set({ domains: [certificate("one.example.com")] });
    const announced = describeOperations(await succeed(stack.preview()));
    expect(announced).toContain("create Readiness edge-one.example.com");
    expect(describeOperations(await succeed(stack.up()))).toEqual(announced);
    expect(describeOperations(await succeed(stack.preview()))).toEqual([]);
    expect(await story.world.kubectl(secret)).toBe(before);
  });

  it("leaves a renewal alone when the kubeconfig is taken away, and the Certificate stays", async () => {
    await story.world.edge.setFaults([{ kind: "status", status: 503, host: hosts.cloudflare, pathPrefix: "/" }]);
    const { stderr } = await certfleet(story.world, ["renew", "one.example.com", "--timeout", "3"]);
    expect(stderr).toContain("still being issued");
    const requests = await owned("certificaterequests", "one-example-com");
    await stack.unset("kubeconfig");
    expect(describeOperations(await succeed(stack.up()))).toContain("delete Readiness edge-one.example.com");
    expect(await owned("certificaterequests", "one-example-com")).toEqual(requests);
    const issuing = 'jsonpath={.status.conditions[?(@.type=="Issuing")].status}';
    expect(await story.world.kubectl(["get", "certificate", "one-example-com", "-n", "cafe", "-o", issuing])).toBe(
      "True",
    );
    await story.world.edge.clearFaults();
    // Without it the Certificate could not go in the end: its challenge has yet to be cleaned up.
    await set({ domains: [certificate("one.example.com")] });
    await succeed(stack.up());
  });

  it("leaves the kubeconfig nowhere in clear", async () => {
    const secrets = [token, Buffer.from(token).toString("base64")];
    for (const text of [await stack.export(), story.output()]) {
      expect(text.length).toBeGreaterThan(1000);
      expect(secrets.filter((secret) => text.includes(secret))).toHaveLength(0);
    }
    const { logs, podLogs } = story.world.layout;
    expect(filesWith(secrets, [logs, podLogs, story.folder])).toEqual([]);
  });

  it("is destroyed with a challenge that cannot be cleaned up", async () => {
    const tokens = { ...goodTokens, com: "lab-cloudflare-wrongtoken-0123456789abcd" };
    await set({ domains: [certificate("three.example.com")] }, tokens);
    await failsWith("cause: the DNS provider does not accept the credential");
    await succeed(stack.destroy());
    expect(await owned("challenges", "three-example-com")).toEqual([]);
  });

  /** certfleet's way into the cluster, with the rights of docs/guides/cluster-role.yaml and no others. */
  async function restrictedAccess() {
    const { world } = story;
    await world.kubectl(["create", "namespace", "cert-manager"]);
    await world.kubectl(["apply", "-f", join(root, "docs", "guides", "cluster-role.yaml")]);
    const account = { namespace: "cafe", name: "certfleet" };
    const made = await makeAccount(world, account);
    const bind = (kind: string, name: string, ...args: string[]) =>
      world.kubectl(["create", kind, name, ...args, subjectOf(account)]);
    await bind("clusterrolebinding", "certfleet", "--clusterrole=certfleet");
    await bind("rolebinding", "certfleet", "--role=certfleet-installation", "-n", "cert-manager");
    await bind("rolebinding", "certfleet", "--clusterrole=certfleet-delete-secret", "-n", "cafe");
    return made;
  }

  /** Names of the objects that cert-manager has made for a Certificate. */
  async function owned(plural: string, certificate: string): Promise<string[]> {
    const names = await story.world.kubectl(["get", plural, "-n", "cafe", "-o", "name"]);
    return names.split("\n").filter((name) => name.includes(`/${certificate}-`));
  }

  const status = (...args: string[]) => certfleet(story.world, ["status", "--all", ...args], { timeoutSeconds: 60 });

  async function applyIssuer(solver: Json): Promise<void> {
    const acme = {
      server: `https://${hosts.acmeStaging}/directory`,
      privateKeySecretRef: { name: "by-hand-key" },
      solvers: [solver],
    };
    const issuer = {
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name: "by-hand" },
      spec: { acme },
    };
    await story.world.kubectl(["apply", "-f", "-"], { input: JSON.stringify(issuer) });
  }
});
