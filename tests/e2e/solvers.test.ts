import { beforeAll, describe, expect, it } from "vitest";
import { bindChallenge, challengeArgs, kindNames, type KindName } from "../../provider/dns";
import { acmeIssuer } from "../../provider/issuers/acme";
import { dnsPermissions } from "../../provider/dns/cloud-dns/permissions";
import { cloudflareTokens, cloudflareZoneId, createServiceAccount, hosts, updateKey } from "../lab";
import { solverCases, solverEntry } from "../support/solvers";
import { filesWith } from "./support/files";
import { leftovers, takeInventory, type Inventory } from "./support/inventory";
import { hasNothingToDo } from "./support/quickstart-steps";
import type { Stack } from "./support/stack";
import { succeed, tellStory } from "./support/story";

const story = tellStory("solvers");

const acme = { email: "ops@example.com" };
const namespace = "cert-manager";

/** A name whose challenge a CNAME leads into another zone, which alone the entry's key may change. */
const alias = { host: "www.alias.example.com", zone: "alias.example.com", target: "www.alias.example.net" };

const entries = [
  ...kindNames.map((kind) => solverEntry(kind, solverCases[kind].fragment)),
  { ...solverEntry("rfc2136", solverCases.rfc2136.fragment, { cnameStrategy: "Follow" }), zones: [alias.zone] },
];

const issued = kindNames.filter((kind) => solverCases[kind].issues).map((kind) => `tea.${solverCases[kind].zone}`);
const domains = [...issued, alias.host].map((host) => ({ host, certificateOnly: true }));
const certManager = { createNamespace: false };
const args = { acme, certManager, challenges: entries, defaults: { namespace: "default" }, domains };

/** What each form of each kind makes of an issuer, in JSON. */
const manifestOf = (kind: KindName, fragment: object, name: string): string => {
  const bound = bindChallenge(challengeArgs.parse({ zones: [solverCases[kind].zone], [kind]: fragment }));
  const issuer = acmeIssuer("staging", acme, [bound]);
  return JSON.stringify({ ...issuer, metadata: { name } });
};

/** What the API server and cert-manager's webhook say of an object, with strict field validation. */
async function dryRun(manifest: string): Promise<{ code: number; said: string }> {
  const argv = ["kubectl", "create", "--dry-run=server", "--validate=strict", "-f", "-"];
  const { code, stdout, stderr } = await story.world.exec(argv, { input: manifest });
  return { code, said: stdout + stderr };
}

describe("every kind of DNS-01 solver", () => {
  let stack: Stack;
  let inventory: Inventory;
  /** The values of dnsSecrets: those that the lab's DNS takes, and what nobody takes. */
  let secrets: Record<string, string>;

  beforeAll(async () => {
    const { edge } = story.world;
    // cert-manager holds an issuer back until every Secret that its solvers name is there.
    await story.world.kubectl(["create", "namespace", namespace]);
    const secret = ["digitalocean", "--from-literal=access-token=theirs", "-n", namespace];
    await story.world.kubectl(["create", "secret", "generic", ...secret]);
    inventory = await takeInventory(story.world);
    const google = await createServiceAccount(edge, { id: "dns-solver", permissions: dnsPermissions("example-org") });
    const given = kindNames.flatMap((kind) => {
      const { fragment, secret } = solverCases[kind];
      return secret === undefined ? [] : [[String(fragment.secret), secret] as const];
    });
    const real = { cloudflare: cloudflareTokens.full, google, update: updateKey.secret };
    secrets = { ...Object.fromEntries(given), ...real };
    await edge.askJson({
      host: hosts.cloudflare,
      path: `/client/v4/zones/${cloudflareZoneId("example.com")}/dns_records`,
      method: "POST",
      token: cloudflareTokens.full,
      json: {
        type: "CNAME",
        name: `_acme-challenge.${alias.host}`,
        content: `_acme-challenge.${alias.target}`,
        ttl: 60,
      },
    });
    stack = story.stack("dns-credentials");
    await stack.init({ args: JSON.stringify(args) }, { dnsSecrets: JSON.stringify(secrets) });
  });

  it("is tried here", () => {
    expect(Object.keys(solverCases).sort()).toEqual(kindNames);
  });

  it("stands in one issuer, and issues where the lab's DNS can answer", async () => {
    await succeed(stack.up());
    const known = await stack.outputs<{ domains: Record<string, { ready: boolean }> }>();
    const ready = Object.fromEntries(Object.entries(known.domains).map(([host, status]) => [host, status.ready]));
    expect(ready).toEqual(Object.fromEntries(domains.map(({ host }) => [host, true])));
    const text = await story.world.kubectl(["get", "clusterissuer", "letsencrypt-staging", "-o", "jsonpath={.spec}"]);
    const { acme: spec } = JSON.parse(text) as { acme: { solvers: { dns01: object }[] } };
    const expected = entries.map((entry) => bindChallenge(challengeArgs.parse(entry)).solver);
    expect(spec.solvers.map(({ dns01 }) => dns01)).toEqual(expected);
  });

  it.each(kindNames)("%s has its credential in a Secret, under the key that the solver names", async (kind) => {
    const { secretRef, secretName } = bindChallenge(
      challengeArgs.parse(solverEntry(kind, solverCases[kind].fragment)),
    ).credential;
    expect(secretName === undefined).toBe(solverCases[kind].secret === undefined);
    if (!secretRef) return;
    const argv = ["get", "secret", secretRef.name, "-n", namespace, "-o", "json"];
    const { data } = JSON.parse(await story.world.kubectl(argv)) as { data: Record<string, string> };
    expect(Buffer.from(data[secretRef.key] ?? "", "base64").toString()).toBe(secrets[secretName!]);
  });

  it.each(kindNames)("%s is accepted in each form by the API server and cert-manager's webhook", async (kind) => {
    const { fragment, forms = [] } = solverCases[kind];
    for (const form of [fragment, ...forms]) {
      const { code, said } = await dryRun(manifestOf(kind, form, "trial"));
      expect(code, said).toBe(0);
    }
  });

  it("would be refused with a field that cert-manager does not have, or a value that it does not take", async () => {
    const good = manifestOf("rfc2136", { nameserver: "192.0.2.53:53" }, "trial");
    expect((await dryRun(good.replace("nameserver", "nameServer"))).said).toContain("unknown field");
    const bad = await dryRun(good.replace("192.0.2.53:53", "2001:db8::53"));
    expect(bad.code).not.toBe(0);
    expect(bad.said).toContain("webhook.cert-manager.io");
  });

  it("leaves a second preview and a refresh empty", () => hasNothingToDo(stack));

  it("shows no credential in clear, neither in the state nor in what was printed or logged", () => {
    const { private_key: key } = JSON.parse(secrets.google!) as { private_key: string };
    const texts = kindNames.flatMap((kind) => {
      const { fragment, secret, planted = secret } = solverCases[kind];
      if (planted === undefined) return [];
      const real =
        kind === "cloudDns" ? key.split("\n")[5] : planted === secret ? secrets[String(fragment.secret)] : planted;
      return [real!, Buffer.from(secrets[String(fragment.secret)]!).toString("base64").slice(0, 60)];
    });
    expect(texts.length).toBeGreaterThan(2 * issued.length);
    const { logs, podLogs } = story.world.layout;
    // What is no secret is found in the state, so a secret would be.
    expect(filesWith(["AKIAIOSFODNN7EXAMPLE"], [story.folder]).join()).toContain("/state/");
    expect(filesWith(texts, [story.folder, logs, podLogs])).toEqual([]);
    for (const text of texts) expect(story.output().includes(text)).toBe(false);
  });

  it("leaves nothing behind but what is meant to stay", async () => {
    await succeed(stack.destroy());
    expect(leftovers(inventory, await takeInventory(story.world)).left).toEqual([]);
    const texts = Object.values(await story.world.edge.records())
      .flat()
      .filter(({ type }) => type === "TXT");
    expect(texts).toEqual([]);
  });
});
