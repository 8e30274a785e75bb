import { X509Certificate } from "node:crypto";
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cloudflareTokens, googleAdminToken, googleProject, waitFor } from "../lab";
import { certfleet } from "./support/certfleet";
import { describeOperations } from "./support/events";
import { filesWith } from "./support/files";
import { verifiedHttps } from "./support/https";
import { firstProgram, settingsOf, withArgs, type Program } from "./support/preview-truth/program";
import { hasNothingToDo } from "./support/quickstart-steps";
import type { Stack } from "./support/stack";
import { serialOf } from "./support/steady-client";
import { succeed, tellStory } from "./support/story";

// Authorizations that are reused tell whose account an order is made with: another account has none.
const story = tellStory("restore", { reuseAuthorizations: true });
const hosts = ["tea.example.com", "coffee.example.org"];

/** Credentials that the stack makes: a backup does not hold them. */
const challenges = [
  { zones: ["example.com"], cloudflare: { token: { expiresOn: "2099-01-01T00:00:00Z" } } },
  { zones: ["example.org"], cloudDns: { project: googleProject.id, hostedZoneName: "example-org" } },
];
const clouds = { GOOGLE_OAUTH_ACCESS_TOKEN: googleAdminToken, CLOUDFLARE_API_TOKEN: cloudflareTokens.admin };
/** For the namespace that the restored Secrets are in already. */
const upsert = { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" };
const passphrase = "correct horse battery staple";

describe("a cluster is lost, and restored on another one", () => {
  let stack: Stack;
  let program: Program;
  let backup: string;
  let serials: string[];
  let account: string;
  let kubeconfig: string;

  beforeAll(async () => {
    stack = story.stack("preview-truth", clouds);
    kubeconfig = await story.world.kubectl(["config", "view", "--raw", "--minify", "-o", "json"]);
    const domains = hosts.map((host) => ({ host, backend: { service: `${host.split(".")[0]}-svc`, port: 80 } }));
    program = withArgs(firstProgram(kubeconfig), { certManager: { version: "1.21.2" }, challenges, domains });
    await stack.init(...settingsOf(program));
    backup = join(story.folder, "backup.json");
  });

  const served = async (): Promise<string[]> => {
    const root = await story.world.acmeRoot("staging");
    const all: string[] = [];
    for (const host of hosts) all.push(serialOf(await verifiedHttps(story.world, `https://${host}/`, root)));
    return all;
  };

  /** The serials of what the Secrets hold, which the data plane takes up a moment after it was written. */
  const certificatesInSecrets = async (): Promise<string[]> => {
    const all: string[] = [];
    for (const host of hosts) {
      const name = `${host.replaceAll(".", "-")}-tls`;
      const crt = await story.world.kubectl(["get", "secret", name, "-n", "cafe", "-o", "jsonpath={.data.tls\\.crt}"]);
      all.push(new X509Certificate(Buffer.from(crt, "base64")).serialNumber);
    }
    return all;
  };

  const accountUrl = (): Promise<string> =>
    story.world.kubectl(["get", "clusterissuer", "letsencrypt-staging", "-o", "jsonpath={.status.acme.uri}"]);

  /** What the ACME server made: "order-plz" is Pebble's newOrder, "sign-me-up" its newAccount, which answers 200 for one that exists. */
  const made = async (path: "order-plz" | "sign-me-up"): Promise<number> => {
    const requests = await story.world.edge.requests();
    return requests.filter((request) => request.path === `/${path}` && request.status === 201).length;
  };

  const credentials = async (): Promise<string[]> => {
    const [{ serviceAccounts, keys }, { user }] = [
      await story.world.edge.google(),
      await story.world.edge.cloudflareTokens(),
    ];
    return [...serviceAccounts.map(({ email }) => email), ...keys.map(({ name }) => name), ...user.map(({ id }) => id)];
  };

  const env = { CERTFLEET_PASSPHRASE: passphrase };

  it("is backed up to a file that only its owner reads, and that shows nothing", async () => {
    await succeed(stack.up());
    [serials, account] = [await served(), await accountUrl()];
    expect([await made("order-plz"), await made("sign-me-up")]).toEqual([hosts.length, 1]);
    const { code, stdout, stderr } = await certfleet(story.world, ["backup", backup], { env });
    expect([code, stderr]).toEqual([0, ""]);
    for (const serial of serials) expect(stdout).toContain(serial);
    expect(stdout).toContain("Secret cert-manager/letsencrypt-staging-account-key: key of an ACME account");
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    expect(readFileSync(backup, "utf8")).not.toMatch(/tea-example|tls\.key|PRIVATE KEY/);
    expect(stdout).not.toContain("PRIVATE");
  });

  it("says that a file exists, and that a passphrase is wrong", async () => {
    const again = await certfleet(story.world, ["backup", backup], { env });
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("exists already") as string]);
    const other = { CERTFLEET_PASSPHRASE: "another passphrase" };
    const wrong = await certfleet(story.world, ["restore", backup], { env: other });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("the passphrase is wrong") as string]);
  });

  it("has its Secrets on the new cluster before anything asks for them", async () => {
    await story.world.loseCluster();
    await story.world.up();
    const first = await certfleet(story.world, ["restore", backup], { env });
    expect([first.code, first.stderr]).toEqual([0, ""]);
    expect(first.stdout).toContain("restored   Namespace cert-manager");
    expect(first.stdout.match(/^restored +Secret/gm)).toHaveLength(3);
    expect(first.stdout).toContain("PULUMI_K8S_UPSERT_EXISTING_OBJECTS=true pulumi up");
    const second = await certfleet(story.world, ["restore", backup], { env });
    expect([second.code, second.stdout.match(/^unchanged +Secret/gm)?.length]).toEqual([0, 3]);
  });

  it("serves the same certificates after one up of another stack, without an order or an account more", async () => {
    const before = await credentials();
    stack = story.stack("preview-truth", { ...clouds, ...upsert }, { name: "restored", installed: true });
    const [plain, secret] = settingsOf(program);
    await stack.init(plain, { ...secret, "certfleet:kubeconfig": kubeconfig });
    await succeed(stack.preview());
    await succeed(stack.up());
    expect(await served()).toEqual(serials);
    expect(await accountUrl()).toBe(account);
    expect([await made("order-plz"), await made("sign-me-up")]).toEqual([hosts.length, 1]);
    // A token, an account and its key of the new stack's own; those of the old one stay until somebody deletes them.
    const after = await credentials();
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after).toHaveLength(before.length + 3);
  });

  it("has nothing to do afterwards, with the same certificates still", async () => {
    await hasNothingToDo(stack);
    expect(await served()).toEqual(serials);
  });

  it("renews by the restored account when it is told to, and only what it is told to", async () => {
    const { code, stdout } = await certfleet(story.world, ["renew", hosts[0]!]);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`before: ${serials[0]}`) as string]);
    const renewed = /now: +([0-9A-F]+),/.exec(stdout)![1]!;
    expect(renewed).not.toBe(serials[0]);
    // The data plane takes the new Secret up a moment after it was written.
    await waitFor(
      `https with the certificate ${renewed}`,
      async () => ((await served())[0] === renewed ? undefined : "it serves the old one"),
      { seconds: 30, every: 250 },
    );
    expect((await served())[1]).toBe(serials[1]);
    expect(describeOperations(await succeed(stack.preview()))).toEqual([]);
    serials = await served();
  });

  it("gets another account by accountKeyRotation, and keeps its certificates", async () => {
    program = withArgs(program, { acme: { ...program.args.acme, accountKeyRotation: "2026-11" } });
    await stack.configure(...settingsOf(program));
    const expected = ["ClusterIssuer", "Readiness"].map((kind) => `update ${kind} edge-issuers-staging`);
    expect(describeOperations(await succeed(stack.preview()))).toEqual(expected);
    expect(describeOperations(await succeed(stack.up()))).toEqual(expected);
    // The update has waited for the new account.
    expect(await accountUrl()).not.toBe(account);
    expect(await made("sign-me-up")).toBe(2);
    const keys = await story.world.kubectl(["get", "secrets", "-n", "cert-manager", "-o", "name"]);
    expect(keys).toContain("secret/letsencrypt-staging-account-key\n");
    expect(keys).toContain("secret/letsencrypt-staging-account-key-2026-11\n");
    expect(await served()).toEqual(serials);
    await hasNothingToDo(stack);
  });

  it("issues by the credential that was made for the restored cluster", async () => {
    // The new account has no authorization yet, so the names are proven anew.
    const { code, stdout } = await certfleet(story.world, ["renew", ...hosts]);
    expect(code, stdout).toBe(0);
  });

  it("is lost once more, and restored by the stack that it had, with the credentials that the stack had made", async () => {
    const secrets = await certificatesInSecrets();
    account = await accountUrl();
    const [orders, accounts, before] = [await made("order-plz"), await made("sign-me-up"), await credentials()];
    rmSync(backup);
    expect((await certfleet(story.world, ["backup", backup], { env })).code).toBe(0);
    await story.world.loseCluster();
    await story.world.up();
    expect((await certfleet(story.world, ["restore", backup], { env })).code).toBe(0);
    // The state forgets what the cluster has no more, and nothing else.
    await succeed(stack.refresh());
    const { operations } = await succeed(stack.up());
    expect(operations.filter(({ type }) => /^(gcp|cloudflare):/.test(type))).toEqual([]);
    serials = await served();
    expect(serials).toEqual(secrets);
    expect(await accountUrl()).toBe(account);
    expect([await made("order-plz"), await made("sign-me-up")]).toEqual([orders, accounts]);
    expect(await credentials()).toEqual(before);
    await hasNothingToDo(stack);
    expect(await served()).toEqual(serials);
  });

  it("shows no private key and no passphrase anywhere", async () => {
    const list = await story.world.kubectl(["get", "secrets", "-A", "-o", "jsonpath={.items[*].data.tls\\.key}"]);
    const keys = list.split(" ").filter(Boolean);
    expect(keys.length).toBeGreaterThan(3);
    // As the API has it, and a line of the PEM text.
    const texts = keys.flatMap((key) => [key, Buffer.from(key, "base64").toString().split("\n")[1]!]);
    const { logs, podLogs } = story.world.layout;
    expect(filesWith([passphrase, ...texts], [logs, podLogs, story.folder])).toEqual([]);
  });
});
