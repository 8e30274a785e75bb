import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  cloudflareTokens,
  cloudflareZoneId,
  createServiceAccount,
  createServiceAccountKey,
  googleAdminToken,
  googleProject,
  hosts,
} from "../lab";
import { takeStock, type CloudStock } from "./support/cloud-stock";
import { describeOperations } from "./support/events";
import { filesWith } from "./support/files";
import { leftovers, takeInventory, type Inventory } from "./support/inventory";
import { dnsPermissions } from "../../provider/dns/cloud-dns/permissions";
import { textsOf } from "./support/planted";
import { hasNothingToDo } from "./support/quickstart-steps";
import { askForAccessToken, keyNeverMade } from "./support/service-account-keys";
import type { Run, Stack } from "./support/stack";
import { succeed, tellStory } from "./support/story";

const story = tellStory("dns-credentials");

const expiresOn = "2099-01-01T00:00:00Z";
const certificate = (host: string) => ({ host, certificateOnly: true });

interface Rotations {
  cloudDns?: string;
  cloudflare?: string;
  given?: string;
  /** Key in dnsSecrets of the credential of the zone that is made; without it one is made. */
  secret?: string;
}

/** Two zones at two providers, one that is made, and one by a key that is given. cert-manager sleeps for a minute before it believes in a record. */
const argsOf = ({ cloudDns, cloudflare, given, secret }: Rotations, dryRunTimeoutSeconds = 150) => ({
  acme: { email: "ops@example.com" },
  challenges: [
    {
      zones: ["example.org"],
      rotation: cloudDns,
      cloudDns: { project: googleProject.id, hostedZoneName: "example-org" },
    },
    {
      zones: ["given.example.org"],
      rotation: given,
      cloudDns: { project: googleProject.id, hostedZoneName: "example-org", secret: "given" },
    },
    { zones: ["made.example.org"], cloudDns: { project: googleProject.id, createZone: true, secret } },
    {
      zones: ["example.com", "part.example.net"],
      rotation: cloudflare,
      cloudflare: { token: { expiresOn }, zoneIds: { "part.example.net": cloudflareZoneId("example.net") } },
    },
  ],
  defaults: { namespace: "default" },
  dryRunTimeoutSeconds,
  domains: [
    "tea.example.org",
    "tea.given.example.org",
    "tea.made.example.org",
    "tea.example.com",
    "tea.part.example.net",
  ].map(certificate),
});

const latest: Rotations = { cloudDns: "2026-12", cloudflare: "2026-12", given: "2026-12" };
const accountName = "cloud-dns-account-lab-project-example-org";

describe("DNS credentials are made, rotated and deleted", () => {
  let stack: Stack;
  let inventory: Inventory;
  let before: CloudStock;
  const planted = new Set<string>();
  /** Keys of one service account, which are given in turn. */
  const keys: string[] = [];
  /** Key of another one, for the zone that is made. */
  let solver: string;

  const configure = (rotations: Rotations, key: string, dryRunTimeoutSeconds?: number): Promise<void> =>
    stack.configure(
      { args: JSON.stringify(argsOf(rotations, dryRunTimeoutSeconds)) },
      { dnsSecrets: JSON.stringify({ given: key, solver }) },
    );

  const takesKey = async (key: string): Promise<boolean> =>
    (await askForAccessToken(story.world.edge, key)).status === 200;

  /** The managed zone that is made, as Cloud DNS knows it, and its name servers as the stack says them. */
  async function madeZone() {
    const path = `/dns/v1/projects/${googleProject.id}/managedZones/made-example-org`;
    const asked = { host: hosts.cloudDns, path, token: googleAdminToken };
    const { id, creationTime, nameServers } = await story.world.edge.askJson<Record<string, unknown>>(asked);
    const { dnsCredentials } = await stack.outputs<{ dnsCredentials: Record<string, { nameServers?: string[] }> }>();
    expect(Object.values(dnsCredentials).flatMap((credential) => credential.nameServers ?? [])).toEqual(nameServers);
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
    for (const name of await secretsInUse()) plantKey(await valueOf(name));
  }

  const plantKey = (text: string): void => textsOf(text).forEach((one) => planted.add(one));

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
    const { edge } = story.world;
    keys.push(await createServiceAccount(edge, { id: "given-solver", permissions: dnsPermissions("example-org") }));
    const { client_email: email } = JSON.parse(keys[0]!) as { client_email: string };
    solver = await createServiceAccount(edge, { id: "made-solver", permissions: dnsPermissions("made-example-org") });
    while (keys.length < 4) keys.push(await createServiceAccountKey(edge, email));
    before = await takeStock(story.world);
    inventory = await takeInventory(story.world);
    const env = { GOOGLE_OAUTH_ACCESS_TOKEN: googleAdminToken, CLOUDFLARE_API_TOKEN: cloudflareTokens.admin };
    stack = story.stack("dns-credentials", env);
    await stack.init({});
    await configure({}, keys[0]!);
  });

  it("makes accounts with the least rights, a zone, a token for its zones, and issues by them", async () => {
    await succeed(stack.up());
    const { serviceAccounts, keys: made, roles, zones, tokens } = await takeStock(story.world);
    const added = [serviceAccounts.length - before.serviceAccounts.length, made.length - before.keys.length];
    expect([...added, roles.length - before.roles.length]).toEqual([2, 2, 2]);
    expect(roles.flatMap(({ includedPermissions }) => includedPermissions)).not.toContain("dns.managedZones.list");
    expect(zones.join()).toContain("made.example.org");
    const token = (await story.world.edge.cloudflareTokens()).user.find(({ name }) =>
      name.startsWith("dns-credentials/"),
    );
    const policies = token!.policies;
    expect(tokens.user).toHaveLength(before.tokens.user.length + 1);
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
    expect(Object.values(domains).map(({ ready }) => ready)).toEqual([true, true, true, true, true]);
    expect(serviceAccounts).toContain(dnsCredentials[accountName]!.serviceAccountEmail);
    const delegated = Object.values(dnsCredentials).filter(({ nameServers }) => nameServers !== undefined);
    expect(delegated).toHaveLength(1);
    await plant();
    await hasNothingToDo(stack);
  });

  it("rotates all, and deletes the old ones only when the new ones are proven", async () => {
    const old = await takeStock(story.world);
    const oldToken = await valueOf("cloudflare-token-dns");
    expect(await accepts(oldToken)).toBe(true);
    await configure({ cloudDns: "2026-11", cloudflare: "2026-11", given: "2026-11" }, keys[1]!);
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
    const now = await takeStock(story.world);
    expect(now.keys).toHaveLength(old.keys.length);
    expect(now.keys.filter((name) => old.keys.includes(name))).toHaveLength(old.keys.length - 1);
    expect(await valueOf("cloud-dns-given-2026-11")).toBe(keys[1]);
    // A key that is given is its owner's, who may need it until all programs have the new one.
    expect([await takesKey(keys[0]!), await takesKey(keys[1]!)]).toEqual([true, true]);
    expect(now.serviceAccounts).toEqual(old.serviceAccounts);
    const fresh = now.tokens.user.filter((id) => !old.tokens.user.includes(id));
    expect([fresh.length, now.tokens.user.length]).toEqual([1, old.tokens.user.length]);
    expect(await secretsInUse()).toEqual(expect.arrayContaining([`${accountName}-2026-11`, "cloud-dns-given-2026-11"]));
    expect([await accepts(oldToken), await accepts(await valueOf("cloudflare-token-dns-2026-11"))]).toEqual([
      false,
      true,
    ]);
    await plant();
    await hasNothingToDo(stack);
  });

  it("keeps the old ones at work when new ones cannot be made", async () => {
    const [old, used] = [await takeStock(story.world), await secretsInUse()];
    const pathPrefix = "/client/v4/user/tokens/permission_groups";
    await story.world.edge.setFaults([{ host: hosts.cloudflare, pathPrefix, kind: "status", status: 403 }]);
    await configure({ cloudDns: "2026-11", cloudflare: "2026-12", given: "2026-11" }, keys[1]!);
    expect((await stack.up()).code).not.toBe(0);
    expect([await takeStock(story.world), await secretsInUse()]).toEqual([old, used]);
  });

  it("keeps the old ones at work when new ones cannot be proven", async () => {
    const [old, used] = [await takeStock(story.world), await secretsInUse()];
    const [oldToken, neverMade] = [await valueOf("cloudflare-token-dns-2026-11"), keyNeverMade(keys[0]!)];
    plantKey(neverMade);
    await story.world.edge.clearFaults();
    await story.world.edge.setFaults([
      { host: hosts.cloudDns, method: "POST", pathPrefix: "/", kind: "status", status: 403 },
      { host: hosts.cloudflare, method: "POST", pathPrefix: "/client/v4/zones/", kind: "status", status: 403 },
    ]);
    await configure(latest, neverMade, 40);
    // From here on certfleet may look into the cluster.
    await stack.configure({}, { "certfleet:kubeconfig": readFileSync(story.world.layout.kubeconfig, "utf8") });
    const run = await neverWithout(stack.up());
    expect(run.code).not.toBe(0);
    const request = `CertificateRequest cert-manager/dry-run-${accountName}-2026-12`;
    expect(run.output).toContain(`${request} did not become ready within 40 seconds`);
    expect(run.output).toContain("cause: the credential is valid, but may not edit the zone's records");
    for (const name of [accountName, "cloudflare-token-dns", "cloud-dns-given"])
      expect(run.output).toContain(`dry-run-${name}-2026-12`);
    expect(await secretsInUse()).toEqual(used);
    expect((await takeStock(story.world)).keys).toEqual(expect.arrayContaining(old.keys));
    expect([await accepts(oldToken), await takesKey(keys[1]!), await takesKey(neverMade)]).toEqual([true, true, false]);
  });

  it("goes on by itself when the causes are mended", async () => {
    const old = await takeStock(story.world);
    await story.world.edge.clearFaults();
    await configure(latest, keys[2]!);
    await neverWithout(succeed(stack.up()));
    const used = await secretsInUse();
    expect(used.filter((name) => name.endsWith("-2026-12"))).toHaveLength(3);
    const now = await takeStock(story.world);
    expect([old.keys.length - now.keys.length, old.tokens.user.length - now.tokens.user.length]).toEqual([1, 1]);
    expect(await valueOf("cloud-dns-given-2026-12")).toBe(keys[2]);
    await plant();
    await hasNothingToDo(stack);
  });

  it("takes another value in place, where the Kubernetes provider may change a Secret", async () => {
    await stack.configure({ "kubernetes:enableSecretMutable": "true" });
    await configure(latest, keys[3]!);
    const run = await neverWithout(succeed(stack.up()));
    const ofSecrets = describeOperations(run).filter((line) => / Secret /.test(line));
    expect(ofSecrets).toEqual([expect.stringMatching(/^update Secret .*cloud-dns-given-2026-12$/)]);
    expect(await valueOf("cloud-dns-given-2026-12")).toBe(keys[3]);
    await plant();
    // What is looked for in the end is what the cluster has, so it would be found elsewhere.
    const stored = await story.world.kubectl(["get", "secrets", "-n", "cert-manager", "-o", "json"]);
    expect([...planted].filter((secret) => stored.includes(secret))).toHaveLength((await secretsInUse()).length);
    await hasNothingToDo(stack);
  });

  it("keeps a managed zone, with its name servers, when its entry gets another credential", async () => {
    const [old, zone] = [await takeStock(story.world), await madeZone()];
    await configure({ ...latest, secret: "solver" }, keys[3]!);
    const preview = describeOperations(await succeed(stack.preview()));
    const done = describeOperations(await neverWithout(succeed(stack.up())));
    expect(done).toEqual(preview);
    expect(done).toContain("create Secret edge-issuers-cloud-dns-solver-made-example-org");
    expect(done.filter((line) => line.startsWith("delete Account"))).toHaveLength(1);
    expect(done.filter((line) => / (ManagedZone|Certificate) /.test(line))).toEqual([]);
    expect(await madeZone()).toEqual(zone);
    const { zones, keys: left } = await takeStock(story.world);
    expect([zones, left.length]).toEqual([old.zones, old.keys.length - 1]);
    expect(await secretsInUse()).toContain("cloud-dns-solver-made-example-org");
    await plant();
    await hasNothingToDo(stack);
  });

  it("leaves nothing behind at the clouds, nor in the cluster but what is meant to stay", async () => {
    await succeed(stack.destroy());
    expect(await takeStock(story.world)).toEqual(before);
    expect(leftovers(inventory, await takeInventory(story.world)).left).toEqual([]);
  });

  it("shows no key and no token in clear, in nothing that is printed, stored or logged", () => {
    expect(planted.size).toBeGreaterThan(5);
    const { logs, podLogs } = story.world.layout;
    expect(filesWith([...planted], [logs, podLogs, story.folder])).toEqual([]);
    expect([...planted].filter((secret) => story.output().includes(secret))).toHaveLength(0);
  });
});
