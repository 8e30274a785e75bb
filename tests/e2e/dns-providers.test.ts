import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import {
  cloudflareAccount,
  cloudflareTokens,
  cloudflareZoneId,
  createServiceAccount,
  createServiceAccountKey,
  googleAdminToken,
  googleProject,
  hosts,
} from "../lab";
import { certfleet } from "./support/certfleet";
import { takeStock, type CloudStock } from "./support/cloud-stock";
import { describeOperations, type RunEvents } from "./support/events";
import { filesWith } from "./support/files";
import { leftovers, takeInventory, type Inventory } from "./support/inventory";
import { textsOf } from "./support/planted";
import { hasNothingToDo } from "./support/quickstart-steps";
import type { Stack } from "./support/stack";
import { succeed, tellStory } from "./support/story";

const story = tellStory("dns-providers");

const project = googleProject.id;
const inZone = { project, hostedZoneName: "example-org" };
const expiresOn = "2099-01-01T00:00:00Z";
const server = `https://${hosts.acmeStaging}/directory`;

const movingHost = "tea.example.org";
const ownHost = "tea.own.example.org";
const keylessZone = "keyless.example.org";

/** Where the zone example.org is on its way from Cloud DNS to Cloudflare. */
type Move = "before" | "both" | "after";

const cloudDnsEntry = { zones: ["example.org"], cloudDns: inZone };
const cloudflareEntry = {
  zones: ["example.org"],
  cloudflare: { token: { name: "org", accountId: cloudflareAccount, expiresOn } },
};
const moving: Record<Move, object[]> = {
  before: [cloudDnsEntry],
  both: [{ ...cloudDnsEntry, standby: true }, cloudflareEntry],
  after: [cloudflareEntry],
};

/** Credentials of every origin: two of one provider given, two kept by others, made for a user's account and without a key. */
const standing = [
  { zones: ["example.com"], cloudflare: { token: { accountId: cloudflareAccount, expiresOn } } },
  { zones: ["shop.example.com"], cloudflare: { secret: "shop" } },
  { zones: ["example.net"], cloudflare: { secret: "net" } },
  { zones: ["kept.example.com"], cloudflare: { existingSecret: { name: "kept-token", key: "token" } } },
  { zones: ["first.example.org"], cloudDns: { ...inZone, secret: "first" } },
  { zones: ["second.example.org"], cloudDns: { project, secret: "second" } },
  { zones: ["kept.example.org"], cloudDns: { ...inZone, existingSecret: { name: "kept-key" } } },
  { zones: [keylessZone], cloudDns: { project, workloadIdentity: {} } },
];

/** One host of each entry but the one without a key, which the lab's cluster has no identity for. */
const certificates = [
  movingHost,
  ...standing.flatMap(({ zones }) => zones.filter((zone) => zone !== keylessZone).map((zone) => `tea.${zone}`)),
];

const argsOf = (move: Move) => ({
  acme: { email: "ops@example.com" },
  challenges: [...moving[move], ...standing],
  // The namespace is there before, for the Secrets that others keep.
  certManager: { createNamespace: false },
  defaults: { namespace: "default" },
  domains: certificates.map((host) => ({ host, certificateOnly: true })),
});

/** What is not the stack's, and stays after it. */
const kept = ["Namespace cert-manager", "Secret cert-manager/kept-key", "Secret cert-manager/kept-token"];

/** What cert-manager does in a managed zone that it knows the name of, or has to look for. */
const permissions = [
  "dns.changes.create",
  "dns.changes.get",
  "dns.managedZones.list",
  "dns.resourceRecordSets.create",
  "dns.resourceRecordSets.delete",
  "dns.resourceRecordSets.list",
  "dns.resourceRecordSets.update",
];

const createdKinds = ({ operations }: RunEvents): string[] =>
  operations.map(({ op, type }) => `${op} ${type.split(":").pop()}`);

describe("many DNS credentials at once, and a zone that changes its DNS provider", () => {
  const { world } = story;
  let stack: Stack;
  let before: CloudStock;
  let inventory: Inventory;
  let serials: Record<string, string>;
  let orders: string[];
  const planted = new Set<string>();

  const plant = (secret: string): void => textsOf(secret).forEach((one) => planted.add(one));

  /** Files of the run and logs of the world that hold a planted secret. */
  const filesThatTell = (): string[] =>
    filesWith([...planted], [world.layout.logs, world.layout.podLogs, story.folder]);

  async function secretData(namespace: string, name: string, key: string): Promise<string> {
    const path = `jsonpath={.data.${key.replaceAll(".", "\\.")}}`;
    return Buffer.from(await world.kubectl(["get", "secret", name, "-n", namespace, "-o", path]), "base64").toString();
  }

  const serialOf = async (host: string): Promise<string> => {
    const pem = await secretData("default", `${host.replaceAll(".", "-")}-tls`, "tls.crt");
    return new X509Certificate(pem).serialNumber;
  };
  const takeSerials = async (): Promise<Record<string, string>> =>
    Object.fromEntries(await Promise.all(certificates.map(async (host) => [host, await serialOf(host)] as const)));
  const takeOrders = async (): Promise<string[]> =>
    (await world.kubectl(["get", "orders", "-A", "-o", "name"])).split("\n").filter(Boolean).sort();

  /** The zones that a challenge's record was written in since a request of this number. */
  async function writtenSince(count: number): Promise<string[]> {
    const written = (await world.edge.requests())
      .slice(count)
      .filter(({ method }) => method === "POST")
      .flatMap(({ host, path }) =>
        host === hosts.cloudDns && path.includes("/changes")
          ? ["Cloud DNS"]
          : host === hosts.cloudflare && path.includes("/dns_records")
            ? [`Cloudflare ${/zones\/([0-9a-f]+)/.exec(path)![1]}`]
            : [],
      );
    return [...new Set(written)];
  }

  /** What is announced is done, and no certificate is ordered for it. */
  async function move(to: Move): Promise<RunEvents> {
    await stack.configure({ args: JSON.stringify(argsOf(to)) });
    const preview = describeOperations(await succeed(stack.preview()));
    const run = await succeed(stack.up());
    expect(describeOperations(run)).toEqual(preview);
    expect(await takeSerials()).toEqual(serials);
    expect(await takeOrders()).toEqual(orders);
    return run;
  }

  /** Secrets that others keep, in a namespace that is there before the stack. */
  async function keepSecrets(key: string, token: string): Promise<void> {
    await world.kubectl(["create", "namespace", "cert-manager"]);
    const secret = (name: string, stringData: Record<string, string>) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace: "cert-manager" },
      stringData,
    });
    const items = [secret("kept-key", { "key.json": key }), secret("kept-token", { token })];
    await world.kubectl(["create", "-f", "-"], { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
  }

  beforeAll(async () => {
    const { edge } = world;
    const first = await createServiceAccount(edge, { id: "first-solver", permissions });
    const second = await createServiceAccount(edge, { id: "second-solver", permissions });
    const third = await createServiceAccountKey(edge, `first-solver@${project}.iam.gserviceaccount.com`);
    await keepSecrets(third, cloudflareTokens.full);
    const dnsSecrets = { shop: cloudflareTokens.full, net: cloudflareTokens.exampleNet, first, second };
    [...Object.values(dnsSecrets), third].forEach(plant);
    before = await takeStock(world);
    inventory = await takeInventory(world);
    const env = { GOOGLE_OAUTH_ACCESS_TOKEN: googleAdminToken, CLOUDFLARE_API_TOKEN: cloudflareTokens.admin };
    stack = story.stack("dns-providers", env);
    const own = { zone: "own.example.org", host: ownHost, server, cloudDns: inZone };
    const settings = { args: JSON.stringify(argsOf("before")), own: JSON.stringify(own) };
    await stack.init(settings, { dnsSecrets: JSON.stringify(dnsSecrets) });
  });

  it("issues by each of them, in zones of two providers", async () => {
    await succeed(stack.up());
    const { domains } = await stack.outputs<{ domains: Record<string, { ready: boolean }> }>();
    const ready = Object.entries(domains).map(([host, status]) => [host, status.ready]);
    expect(Object.fromEntries(ready)).toEqual(Object.fromEntries(certificates.map((host) => [host, true])));
    serials = await takeSerials();
    await hasNothingToDo(stack);
  });

  it("issues by a credential of an Issuer of the program's own, in its namespace", async () => {
    const { ownCredential } = await stack.outputs<{ ownCredential: { secretName: string; email: string } }>();
    expect((await takeStock(world)).serviceAccounts).toContain(ownCredential.email);
    plant(await secretData("shop", ownCredential.secretName, "key.json"));
    const issued = new X509Certificate(await secretData("shop", "own-tls", "tls.crt"));
    expect(issued.subjectAltName).toBe(`DNS:${ownHost}`);
  });

  it("makes a token of the account, for one zone", async () => {
    const { user, account } = await world.edge.cloudflareTokens();
    expect(user.map(({ id }) => id)).toEqual(before.tokens.user);
    expect(account.flatMap(({ policies }) => policies.map(({ resources }) => Object.keys(resources)))).toEqual([
      [`com.cloudflare.api.account.zone.${cloudflareZoneId("example.com")}`],
    ]);
    plant(await secretData("cert-manager", "cloudflare-token-dns", "api-token"));
  });

  it("lets cert-manager act as a service account without a key", async () => {
    const { dnsCredentials } = await stack.outputs<{
      dnsCredentials: Record<string, { serviceAccountEmail: string }>;
    }>();
    const email = dnsCredentials[`cloud-dns-account-${project}`]!.serviceAccountEmail;
    const { policies, keys } = await world.edge.google();
    const [, policy] = Object.entries(policies).find(([resource]) => resource.endsWith(`/serviceAccounts/${email}`))!;
    expect(policy.bindings).toEqual([
      {
        role: "roles/iam.workloadIdentityUser",
        members: [`serviceAccount:${project}.svc.id.goog[cert-manager/cert-manager]`],
      },
    ]);
    expect(keys.filter(({ name }) => name.includes(email))).toEqual([]);
    const annotation = "jsonpath={.metadata.annotations.iam\\.gke\\.io/gcp-service-account}";
    const serviceAccount = ["get", "serviceaccount", "cert-manager", "-n", "cert-manager"];
    expect(await world.kubectl([...serviceAccount, "-o", annotation])).toBe(email);
    const solvers = await world.kubectl(["get", "clusterissuer", "letsencrypt-staging", "-o", "json"]);
    const { spec } = JSON.parse(solvers) as { spec: { acme: { solvers: { selector?: { dnsZones?: string[] } }[] } } };
    expect(spec.acme.solvers.find(({ selector }) => selector?.dnsZones?.includes(keylessZone))).toEqual({
      selector: { dnsZones: [keylessZone] },
      dns01: { cloudDNS: { project } },
    });
  });

  it("has a zone's next provider ready beside the old one, without an order", async () => {
    orders = await takeOrders();
    const old = await takeStock(world);
    const run = await move("both");
    expect(createdKinds(run).filter((line) => line.startsWith("delete"))).toEqual([]);
    expect(describeOperations(run)).toContain("update ClusterIssuer edge-issuers-staging");
    const now = await takeStock(world);
    expect(now.keys).toEqual(old.keys);
    expect(now.tokens.account).toHaveLength(old.tokens.account.length + 1);
    plant(await secretData("cert-manager", `cloud-dns-account-${project}-example-org`, "key.json"));
    plant(await secretData("cert-manager", "cloudflare-token-org", "api-token"));
  });

  it("takes away the old one when it is removed, without an order", async () => {
    const old = await takeStock(world);
    const run = await move("after");
    expect(describeOperations(run).filter((line) => !line.startsWith("delete"))).toEqual([]);
    const now = await takeStock(world);
    expect(now.keys).toHaveLength(old.keys.length - 1);
    expect(now.serviceAccounts).toHaveLength(old.serviceAccounts.length - 1);
    await hasNothingToDo(stack);
  });

  it("renews by the new provider", async () => {
    const { length } = await world.edge.requests();
    const { code, stderr } = await certfleet(world, ["renew", movingHost]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(await writtenSince(length)).toEqual([`Cloudflare ${cloudflareZoneId("example.org")}`]);
    const { [movingHost]: renewed, ...others } = await takeSerials();
    const { [movingHost]: old, ...same } = serials;
    expect(renewed).not.toBe(old);
    expect(others).toEqual(same);
    expect(describeOperations(await succeed(stack.preview()))).toEqual([]);
  });

  it("shows no key and no token in clear, in nothing that is printed, stored or logged", async () => {
    expect(planted.size).toBe(2 * 9);
    const places = { state: await stack.export(), output: story.output() };
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(1000);
      expect([...planted].filter((secret) => text.includes(secret)).length, `secrets in the ${place}`).toBe(0);
    }
    expect(filesThatTell(), "files that hold a secret").toEqual([]);
    // They would be found: the cluster has all of them in base64, but the one that is gone.
    const stored = await world.kubectl(["get", "secrets", "-A", "-o", "json"]);
    expect([...planted].filter((secret) => stored.includes(secret)).length).toBe(8);
  });

  it("leaves nothing behind at the clouds, nor in the cluster but what is meant to stay", async () => {
    await succeed(stack.destroy());
    expect(await takeStock(world)).toEqual(before);
    const now = await takeInventory(world);
    const { left } = leftovers(inventory, now);
    expect(left).toEqual([]);
    expect(now.objects).toEqual(expect.arrayContaining(kept));
    expect(filesThatTell(), "files that hold a secret").toEqual([]);
  });
});
