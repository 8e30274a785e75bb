import { beforeAll, describe, expect, it } from "vitest";
import { cloudflareAccount, cloudflareTokens, cloudflareZoneId, googleAdminToken, googleProject, hosts } from "../lab";
import { describeOperations } from "./support/events";
import { askForAccessToken, keyNeverMade } from "./support/service-account-keys";
import type { Run, Stack } from "./support/stack";
import { succeed, tellStory } from "./support/story";

const story = tellStory("cloud-plugins");

const project = `projects/${googleProject.id}`;
const email = `dns-solver@${googleProject.id}.iam.gserviceaccount.com`;
const asGoogle = { token: googleAdminToken };

const first = {
  rotation: "1",
  description: "one",
  permissions: ["dns.changes.create", "dns.changes.get"],
  address: "10.0.0.1",
  expiresOn: "2036-01-01T00:00:00Z",
};

const made = [
  "create Account solver",
  "create AccountToken account-token",
  "create ApiToken token",
  "create DnsManagedZoneIamMember zone-member",
  "create DnsRecord record",
  "create IAMCustomRole role",
  "create IAMMember project-member",
  "create IAMMember workload",
  "create Key key",
  "create ManagedZone zone",
  "create RecordSet record-set",
];

interface Exported {
  deployment: { resources: { type: string; outputs?: Record<string, unknown> }[] };
}

/** What the clouds hold: a deleted role stays for a while, as one that is deleted. */
async function takeStock() {
  const { edge } = story.world;
  const { serviceAccounts, keys, roles, policies } = await edge.google();
  const { user, account } = await edge.cloudflareTokens();
  return {
    serviceAccounts: serviceAccounts.map((one) => one.email),
    keys: keys.map(({ name }) => name),
    roles: roles.filter(({ deleted }) => deleted !== true).map(({ name }) => name),
    bindings: Object.values(policies).flatMap(({ bindings = [] }) => bindings.map(({ role }) => role)),
    zones: await edge.managedZones(),
    tokens: [...user, ...account].map(({ name }) => name).sort(),
    records: Object.values(await edge.records()).flat(),
  };
}

describe("the gcp and cloudflare plugins under the real engine", () => {
  let stack: Stack;
  let before: Awaited<ReturnType<typeof takeStock>>;
  let settings: Record<string, unknown> = first;
  const change = async (changed: Record<string, unknown>): Promise<void> => {
    settings = { ...settings, ...changed };
    await stack.configure({ settings: JSON.stringify(settings) });
  };
  const announcedAndDone = async (expected: string[]): Promise<Run> => {
    expect(describeOperations(await succeed(stack.preview()))).toEqual(expected);
    const done = await succeed(stack.up());
    expect(describeOperations(done)).toEqual(expected);
    expect(describeOperations(await succeed(stack.preview()))).toEqual([]);
    return done;
  };

  /** The file of the key that the stack has made. */
  async function madeKey(): Promise<string> {
    const { privateKey } = await stack.revealedOutputs<{ privateKey: string }>();
    return Buffer.from(privateKey, "base64").toString();
  }

  /** What Google's token endpoint says to a key: "200 ", or a status with what is wrong. */
  async function answerTo(key: string): Promise<string> {
    const { status, body } = await askForAccessToken(story.world.edge, key);
    return `${status} ${(JSON.parse(body) as { error_description?: string }).error_description ?? ""}`;
  }

  /** How Cloudflare answers where a token writes a record, which is taken away again. */
  async function writesInto(zone: string, token: string): Promise<number> {
    const { edge } = story.world;
    const at = { host: hosts.cloudflare, path: `/client/v4/zones/${cloudflareZoneId(zone)}/dns_records` };
    const json = { type: "TXT", name: `tried.${zone}`, content: '"tried"', ttl: 120 };
    const { status, body } = await edge.ask({ ...at, method: "POST", token, json });
    const { result } = JSON.parse(body) as { result?: { id: string } | null };
    if (result) await edge.askJson({ ...at, path: `${at.path}/${result.id}`, method: "DELETE", token });
    return status;
  }

  beforeAll(async () => {
    before = await takeStock();
    const env = { GOOGLE_OAUTH_ACCESS_TOKEN: googleAdminToken, CLOUDFLARE_API_TOKEN: cloudflareTokens.admin };
    stack = story.stack("cloud-plugins", env);
    const config = { "gcp:project": googleProject.id, account: cloudflareAccount, settings: JSON.stringify(first) };
    await stack.init(config);
  });

  it("say what they will make, as far as it is known, and make nothing yet", async () => {
    const preview = await succeed(stack.preview());
    const resources = describeOperations(preview).filter((operation) => !/ (Stack|gcp|cloudflare) /.test(operation));
    expect(resources).toEqual(made);
    expect(preview.output).toMatch(new RegExp(`member\\s*: "serviceAccount:${email}"`));
    expect(preview.output).toMatch(/privateKey\s*: \[unknown\]/);
    expect(await takeStock()).toEqual(before);
  });

  it("make it, so that nothing is left to do and a refresh finds nothing else", async () => {
    await succeed(stack.up());
    const stock = await takeStock();
    expect(stock).toMatchObject({ serviceAccounts: [email], roles: [`${project}/roles/dnsSolver`] });
    expect(stock.keys).toHaveLength(1);
    expect(stock.bindings.sort()).toEqual([
      `${project}/roles/dnsSolver`,
      "roles/dns.admin",
      "roles/iam.workloadIdentityUser",
    ]);
    expect(stock.records.map(({ name, content }) => `${name} ${content}`)).toEqual(
      expect.arrayContaining(["www.sub.example.org 10.0.0.1", "plugins.example.com 10.0.0.1"]),
    );
    expect(describeOperations(await succeed(stack.preview()))).toEqual([]);
    expect((await succeed(stack.refresh())).changes).toEqual({});
  });

  it("keep the secrets that the APIs tell once encrypted in the state", async () => {
    const { privateKey, tokenValue } = await stack.outputs<Record<string, string>>();
    expect([privateKey, tokenValue]).toEqual(["[secret]", "[secret]"]);
    const { deployment } = JSON.parse(await stack.export()) as Exported;
    const outputOf = (type: string, name: string): unknown =>
      deployment.resources.find((resource) => resource.type === type)?.outputs?.[name];
    for (const value of [
      outputOf("gcp:serviceaccount/key:Key", "privateKey"),
      outputOf("cloudflare:index/apiToken:ApiToken", "value"),
      outputOf("cloudflare:index/accountToken:AccountToken", "value"),
    ])
      expect(Object.keys(value ?? {})).toContain("ciphertext");
  });

  it("make a key and a token that the clouds take, the token in its zone alone", async () => {
    const key = await madeKey();
    expect(await answerTo(key)).toMatch(/^200 /);
    expect(await answerTo(keyNeverMade(key))).toBe("400 Invalid JWT Signature.");
    const { tokenValue } = await stack.revealedOutputs<{ tokenValue: string }>();
    expect(await writesInto("example.com", tokenValue)).toBe(200);
    expect(await writesInto("example.net", tokenValue)).toBe(403);
    expect(await writesInto("example.com", [...tokenValue].reverse().join(""))).toBe(403);
  });

  it("change in place what the APIs can change", async () => {
    await change({
      description: "two",
      permissions: ["dns.changes.create", "dns.changes.list"],
      address: "10.0.0.2",
      expiresOn: "2037-01-01T00:00:00Z",
    });
    await announcedAndDone([
      "update Account solver",
      "update ApiToken token",
      "update DnsRecord record",
      "update IAMCustomRole role",
      "update ManagedZone zone",
      "update RecordSet record-set",
    ]);
    const roles = (await story.world.edge.google()).roles.find(({ name }) => name.endsWith("/dnsSolver"));
    expect(roles?.includedPermissions).toEqual(["dns.changes.create", "dns.changes.list"]);
    expect((await succeed(stack.refresh())).changes).toEqual({});
  });

  it("make a new key when a keeper changes, and delete the old one after that", async () => {
    const [old] = (await takeStock()).keys;
    const oldKey = await madeKey();
    await change({ rotation: "2" });
    const { operations } = await announcedAndDone([
      "create-replacement Key key",
      "delete-replaced Key key",
      "replace Key key",
    ]);
    expect(operations.map(({ op }) => op)).toEqual(["create-replacement", "replace", "delete-replaced"]);
    const { keys } = await takeStock();
    expect(keys).toHaveLength(1);
    expect(keys).not.toContain(old);
    expect(await answerTo(oldKey)).toBe("400 Invalid JWT Signature.");
    expect(await answerTo(await madeKey())).toMatch(/^200 /);
  });

  it("import a record that is there", async () => {
    const record = { name: "adopted.sub.example.org.", type: "A", ttl: 60, rrdatas: ["10.0.0.9"] };
    await story.world.edge.askJson({
      ...asGoogle,
      host: hosts.cloudDns,
      path: `/dns/v1/${project}/managedZones/sub/rrsets`,
      method: "POST",
      json: record,
    });
    await change({ adopt: "sub/adopted.sub.example.org./A" });
    await announcedAndDone(["import RecordSet adopted"]);
  });

  it("notice on a refresh what somebody else deleted, and make it again", async () => {
    const { edge } = story.world;
    const token = (await edge.cloudflareTokens()).user.find(({ name }) => name === "solver")!;
    const remove = { method: "DELETE", host: hosts.cloudflare, path: `/client/v4/user/tokens/${token.id}` };
    await edge.askJson({ ...remove, token: cloudflareTokens.admin });
    const [key] = (await takeStock()).keys;
    const deleted = await edge.ask({ ...asGoogle, method: "DELETE", host: hosts.googleIam, path: `/v1/${key}` });
    expect(deleted.status).toBe(200);
    expect((await succeed(stack.refresh())).changes).toMatchObject({ delete: 2 });
    await announcedAndDone(["create ApiToken token", "create Key key"]);
  });

  it("say what the API refused, in its words", async () => {
    await change({ permissions: ["dns.changes.create", "dns.no.such"] });
    const refused = await stack.up();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(
      /Error updating the custom project role DNS solver: googleapi: Error 400: .*dns\.no\.such/,
    );
    await change({ permissions: ["dns.changes.create"] });
    await succeed(stack.up());
  });

  it("leave nothing behind", async () => {
    await succeed(stack.destroy());
    expect(await takeStock()).toEqual(before);
  });

  it("take up a role again that was deleted", async () => {
    await change({ adopt: undefined });
    await succeed(stack.up());
    expect((await takeStock()).roles).toEqual([`${project}/roles/dnsSolver`]);
    await succeed(stack.destroy());
    expect(await takeStock()).toEqual(before);
  });
});
