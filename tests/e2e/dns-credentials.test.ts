import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import {
  cloudflareTokens,
  cloudflareZoneId,
  createServiceAccount,
  googleAdminToken,
  googleProject,
  hosts,
} from "../lab";
import { describeOperations } from "./support/events";
import { leftovers, takeInventory, type Inventory } from "./support/inventory";
import { hasNothingToDo } from "./support/quickstart-steps";
import type { Run, Stack } from "./support/stack";
import { succeed, tellStory } from "./support/story";

const story = tellStory("dns-credentials");

const expiresOn = "2099-01-01T00:00:00Z";
const certificate = (host: string) => ({ host, certificateOnly: true });

/** What cert-manager does in a managed zone that it knows the name of. */
const permissions = [
  "dns.changes.create",
  "dns.changes.get",
  "dns.resourceRecordSets.create",
  "dns.resourceRecordSets.delete",
  "dns.resourceRecordSets.list",
  "dns.resourceRecordSets.update",
];

interface Changes {
  /** Rotations. */
  cloudDns?: string;
  cloudflare?: string;
  /** Key in dnsSecrets of the credential of the zone that is made; without it one is made. */
  secret?: string;
}

/** Two zones at two providers, one that is made, and a part of a zone, which Cloudflare does not find by its name. */
const argsOf = ({ cloudDns, cloudflare, secret }: Changes) => ({
  acme: { email: "ops@example.com" },
  challenges: [
    {
      zones: ["example.org"],
      rotation: cloudDns,
      cloudDns: { project: googleProject.id, hostedZoneName: "example-org" },
    },
    { zones: ["made.example.org"], cloudDns: { project: googleProject.id, createZone: true, secret } },
    {
      zones: ["example.com", "part.example.net"],
      rotation: cloudflare,
      cloudflare: { token: { expiresOn }, zoneIds: { "part.example.net": cloudflareZoneId("example.net") } },
    },
  ],
  defaults: { namespace: "default" },
  // cert-manager sleeps for a minute before it believes in a record.
  dryRunTimeoutSeconds: 150,
  domains: ["tea.example.org", "tea.made.example.org", "tea.example.com", "tea.part.example.net"].map(certificate),
});

const accountName = "cloud-dns-account-lab-project-example-org";

/** What the clouds hold. */
async function takeStock() {
  const { edge } = story.world;
  const { serviceAccounts, keys, roles, policies } = await edge.google();
  const { user } = await edge.cloudflareTokens();
  return {
    serviceAccounts: serviceAccounts.map(({ email }) => email),
    keys: keys.map(({ name }) => name),
    roles: roles.filter(({ deleted }) => deleted !== true).map(({ includedPermissions = [] }) => includedPermissions),
    bindings: Object.values(policies).flatMap(({ bindings = [] }) => bindings.map(({ role }) => role)),
    zones: Object.values(await edge.managedZones()).sort(),
    tokens: user.map(({ id, name }) => ({ id, name })),
    records: Object.values(await edge.records()).flat(),
  };
}

describe("DNS credentials are made, rotated and deleted", () => {
  let stack: Stack;
  let inventory: Inventory;
  let before: Awaited<ReturnType<typeof takeStock>>;
  const planted = new Set<string>();

  const configure = (changes: Changes): Promise<void> => stack.configure({ args: JSON.stringify(argsOf(changes)) });

  /** The managed zone that is made, as Cloud DNS knows it, and its name servers as the stack says them. */
  async function madeZone() {
    const path = `/dns/v1/projects/${googleProject.id}/managedZones/made-example-org`;
    const asked = { host: hosts.cloudDns, path, token: googleAdminToken };
    const { id, creationTime, nameServers } = await story.world.edge.askJson<Record<string, unknown>>(asked);
    const { dnsCredentials } = await stack.outputs<{ dnsCredentials: Record<string, { nameServers?: string[] }> }>();
    const told = Object.values(dnsCredentials).flatMap((credential) => credential.nameServers ?? []);
    expect(told).toEqual(nameServers);
    return { id, creationTime, nameServers };
  }

  /** The Secrets that the ClusterIssuer draws on. */
  async function secretsInUse(): Promise<string[]> {
    const spec = await story.world.kubectl(["get", "clusterissuer", "letsencrypt-staging", "-o", "jsonpath={.spec}"]);
    return [...spec.matchAll(/"(?:apiToken|serviceAccount)SecretRef":\{"key":"[^"]*","name":"([^"]*)"/g)]
      .map(([, name]) => name!)
      .sort();
  }

  async function secrets(): Promise<string[]> {
    const names = await story.world.kubectl(["get", "secret", "-n", "cert-manager", "-o", "name"]);
    return names.split("\n").map((name) => name.replace("secret/", ""));
  }

  async function valueOf(name: string): Promise<string> {
    const data = await story.world.kubectl(["get", "secret", name, "-n", "cert-manager", "-o", "jsonpath={.data.*}"]);
    return Buffer.from(data, "base64").toString();
  }

  /** Whether Cloudflare takes a token. */
  async function accepts(token: string): Promise<boolean> {
    const asked = { host: hosts.cloudflare, path: "/client/v4/zones?name=example.com", token };
    return (await story.world.edge.ask(asked)).status === 200;
  }

  /** Notes what must not be found anywhere in clear. */
  async function plant(): Promise<void> {
    for (const name of await secretsInUse()) {
      const text = await valueOf(name);
      const data = Buffer.from(text).toString("base64");
      const key = text.startsWith("{") ? (JSON.parse(text) as { private_key: string }).private_key : text;
      // In the middle of a key nothing is the same in another.
      planted.add(data.slice(200, 260) || data).add(key.split("\n")[5] ?? key);
    }
  }

  /** Looks all the time whether each Secret that an issuer draws on is there. */
  async function neverWithout(run: Promise<Run>): Promise<Run> {
    const missing: string[] = [];
    let looks = 0;
    let ended = false;
    const watch = async (): Promise<void> => {
      while (!ended) {
        const used = await secretsInUse();
        const present = await secrets();
        // One that was in use before the look and not after it may have gone in between.
        const still = await secretsInUse();
        looks++;
        missing.push(...used.filter((name) => still.includes(name) && !present.includes(name)));
      }
    };
    const watching = watch();
    const result = await run.finally(() => (ended = true));
    await watching;
    expect(missing).toEqual([]);
    expect(looks).toBeGreaterThan(5);
    return result;
  }

  beforeAll(async () => {
    const solver = await createServiceAccount(story.world.edge, { id: "made-solver", permissions });
    before = await takeStock();
    inventory = await takeInventory(story.world);
    const env = { GOOGLE_OAUTH_ACCESS_TOKEN: googleAdminToken, CLOUDFLARE_API_TOKEN: cloudflareTokens.admin };
    stack = story.stack("dns-credentials", env);
    await stack.init({ args: JSON.stringify(argsOf({})) }, { dnsSecrets: JSON.stringify({ solver }) });
  });

  it("makes accounts with the least rights, a zone, a token for its zones, and issues by them", async () => {
    await succeed(stack.up());
    const { serviceAccounts, keys, roles, zones, tokens } = await takeStock();
    expect(serviceAccounts).toHaveLength(before.serviceAccounts.length + 2);
    expect(keys).toHaveLength(before.keys.length + 2);
    expect(roles).toHaveLength(before.roles.length + 2);
    expect(roles.flat()).not.toContain("dns.managedZones.list");
    expect(zones.join()).toContain("made.example.org");
    const made = (await story.world.edge.cloudflareTokens()).user.find(({ name }) =>
      name.startsWith("dns-credentials/"),
    );
    const policies = made!.policies;
    expect(tokens.length).toBe(before.tokens.length + 1);
    const scope = ["example.com", "example.net"].map((zone) => cloudflareZoneId(zone)).sort();
    expect(policies.map(({ resources }) => Object.keys(resources))).toEqual([
      scope.map((id) => `com.cloudflare.api.account.zone.${id}`),
    ]);
    expect(policies.flatMap(({ permission_groups: groups }) => groups.map(({ name }) => name)).sort()).toEqual([
      "DNS Write",
      "Zone Read",
    ]);
    const { domains, dnsCredentials } = await stack.outputs<{
      domains: Record<string, { ready: boolean }>;
      dnsCredentials: Record<string, { nameServers?: string[]; serviceAccountEmail?: string }>;
    }>();
    expect(Object.values(domains).map(({ ready }) => ready)).toEqual([true, true, true, true]);
    expect(serviceAccounts).toContain(dnsCredentials[accountName]!.serviceAccountEmail);
    const delegated = Object.values(dnsCredentials).filter(({ nameServers }) => nameServers !== undefined);
    expect(delegated).toHaveLength(1);
    await plant();
    await hasNothingToDo(stack);
  });

  it("rotates both, and deletes the old ones only when the new ones are proven", async () => {
    const old = await takeStock();
    const oldToken = await valueOf("cloudflare-token-dns");
    expect(await accepts(oldToken)).toBe(true);
    await configure({ cloudDns: "2026-11", cloudflare: "2026-11" });
    const preview = describeOperations(await succeed(stack.preview()));
    const run = await neverWithout(succeed(stack.up()));
    const done = describeOperations(run);
    expect(done).toEqual(preview);
    // What was issued before stays as it is.
    expect(done.filter((line) => / Certificate /.test(line))).toEqual([]);
    const operations = run.operations.map(({ op, type, name }) => `${op} ${type.split(":").pop()!} ${name}`);
    const at = (text: string) => operations.findIndex((line) => line.startsWith(text));
    expect(at("update ClusterIssuer edge-issuers-staging")).toBeGreaterThan(at("create CertificateRequest"));
    expect(at("delete Key")).toBeGreaterThan(at("update ClusterIssuer edge-issuers-staging"));
    expect(at("delete ApiToken")).toBeGreaterThan(at("update ClusterIssuer edge-issuers-staging"));
    const now = await takeStock();
    expect(now.keys).toHaveLength(old.keys.length);
    expect(old.keys.filter((name) => !now.keys.includes(name))).toHaveLength(1);
    expect(now.serviceAccounts).toEqual(old.serviceAccounts);
    const fresh = now.tokens.filter(({ id }) => !old.tokens.some((one) => one.id === id));
    expect([fresh.length, now.tokens.length]).toEqual([1, old.tokens.length]);
    expect(await secretsInUse()).toContain(`${accountName}-2026-11`);
    expect([await accepts(oldToken), await accepts(await valueOf("cloudflare-token-dns-2026-11"))]).toEqual([
      false,
      true,
    ]);
    await plant();
    await hasNothingToDo(stack);
  });

  it("keeps the old one at work when a new one cannot be proven", async () => {
    const old = await takeStock();
    const used = await secretsInUse();
    await story.world.edge.setFaults([
      { host: hosts.cloudDns, method: "POST", pathPrefix: "/", kind: "status", status: 403 },
    ]);
    await configure({ cloudDns: "2026-12", cloudflare: "2026-11" });
    // From here on certfleet may look into the cluster.
    const kubeconfig = readFileSync(story.world.layout.kubeconfig, "utf8");
    await stack.configure({}, { "certfleet:kubeconfig": kubeconfig });
    const run = await stack.up();
    expect(run.code).not.toBe(0);
    const request = `CertificateRequest cert-manager/dry-run-${accountName}-2026-12`;
    expect(run.output).toContain(`${request} did not become ready within 150 seconds`);
    expect(run.output).toContain("cause: the credential is valid, but may not edit the zone's records");
    expect(await secretsInUse()).toEqual(used);
    expect(await secrets()).toEqual(expect.arrayContaining(used));
    expect((await takeStock()).keys).toEqual(expect.arrayContaining(old.keys));
  });

  it("goes on by itself when the cause is mended", async () => {
    const old = await takeStock();
    await story.world.edge.clearFaults();
    await neverWithout(succeed(stack.up()));
    expect(await secretsInUse()).toContain(`${accountName}-2026-12`);
    expect((await takeStock()).keys).toHaveLength(before.keys.length + 2);
    expect(old.keys).toHaveLength(before.keys.length + 3);
    await plant();
    await hasNothingToDo(stack);
  });

  it("keeps a managed zone, with its name servers, when its entry gets another credential", async () => {
    const [old, zone] = [await takeStock(), await madeZone()];
    await configure({ cloudDns: "2026-12", cloudflare: "2026-11", secret: "solver" });
    const preview = describeOperations(await succeed(stack.preview()));
    const done = describeOperations(await neverWithout(succeed(stack.up())));
    expect(done).toEqual(preview);
    expect(done).toContain("create Secret edge-issuers-cloud-dns-solver-made-example-org");
    expect(done.filter((line) => line.startsWith("delete Account"))).toHaveLength(1);
    expect(done.filter((line) => / (ManagedZone|Certificate) /.test(line))).toEqual([]);
    expect(await madeZone()).toEqual(zone);
    const now = await takeStock();
    expect(now.zones).toEqual(old.zones);
    expect(now.keys).toHaveLength(old.keys.length - 1);
    expect(await secretsInUse()).toContain("cloud-dns-solver-made-example-org");
    await plant();
    await hasNothingToDo(stack);
  });

  it("leaves nothing behind at the clouds, nor in the cluster but what is meant to stay", async () => {
    await succeed(stack.destroy());
    expect(await takeStock()).toEqual(before);
    expect(leftovers(inventory, await takeInventory(story.world)).left).toEqual([]);
  });

  it("shows no key and no token in clear, neither in the state nor in what was printed", () => {
    expect(planted.size).toBeGreaterThan(5);
    const files = readdirSync(story.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
      .map((entry) => join(entry.parentPath, entry.name));
    const texts = files.map((file) => ({ file, text: readFileSync(file, "utf8") }));
    for (const secret of planted) {
      expect(texts.filter(({ text }) => text.includes(secret)).map(({ file }) => file)).toEqual([]);
      expect(story.output().includes(secret)).toBe(false);
    }
  });
});
