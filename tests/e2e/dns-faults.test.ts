import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { dnsPermissions } from "../../provider/dns/cloud-dns/permissions";
import {
  cloudflareTokens,
  createServiceAccount,
  createServiceAccountKey,
  googleAdminToken,
  googleProject,
  hosts,
  type Fault,
  type FaultEffect,
} from "../lab";
import { causes, causesIn } from "./support/causes";
import {
  atCloudflare,
  inManagedZone,
  latency,
  managedZones,
  tooMany,
  unavailable,
  visibleAfter,
} from "./support/fault-rules";
import { hasNothingToDo } from "./support/quickstart-steps";
import { keyNeverMade } from "./support/service-account-keys";
import type { Stack } from "./support/stack";
import { succeed, tellStory } from "./support/story";

const story = tellStory("dns-faults");

const project = googleProject.id;
const asAdministrator = { token: googleAdminToken, method: "POST" };

/** All that a made role may have: what cert-manager asks of Cloud DNS. */
const permissions = dnsPermissions(undefined);

/** "dns.changes.get" is "changesget": an account that lacks this permission, its role, and the zone that it serves. */
const labelOf = (permission: string): string => permission.split(".").slice(1).join("").toLowerCase();
const shortHost = (permission: string): string => `${labelOf(permission)}.short.example.org`;

/** Without these a certificate is issued all the same: in the second attempt, or with a record that stays. */
const lateToShow = ["dns.changes.get", "dns.resourceRecordSets.delete"];
const failing = permissions.filter((permission) => !lateToShow.includes(permission));

const shortEntry = (permission: string) => ({
  zones: [shortHost(permission)],
  cloudDns: {
    project,
    secret: labelOf(permission),
    // Only who has to look for a zone lists them.
    ...(permission === "dns.managedZones.list" ? {} : { hostedZoneName: "example-org" }),
  },
});

const challenges = [
  { zones: ["slow.example.org"], cloudDns: { project, hostedZoneName: "slow" } },
  ...["busy", "broken", "absent"].map((zone) => ({
    zones: [`${zone}.example.org`],
    cloudDns: { project, hostedZoneName: zone, secret: "able" },
  })),
  { zones: ["elsewhere.example.com"], cloudDns: { project, secret: "able" } },
  ...["deleted", "never"].map((secret) => ({
    zones: [`${secret}.example.org`],
    cloudDns: { project, hostedZoneName: "example-org", secret },
  })),
  ...permissions.map(shortEntry),
  { cloudflare: { secret: "cloudflare" } },
];

const certificate = (seconds: number, issuer?: object) => (host: string) => ({
  host,
  certificateOnly: true,
  timeouts: { certificate: seconds },
  ...(issuer ? { issuer } : {}),
});

const good = ["slow.example.org", "slow.example.com", ...lateToShow.map(shortHost)];
const bad = [
  "busy.example.org",
  "broken.example.org",
  "absent.example.org",
  "deleted.example.org",
  "never.example.org",
  "busy.example.com",
  "broken.example.net",
  ...failing.map(shortHost),
];
const misplaced = "elsewhere.example.com";
/** By an issuer that lets the CA look at once, as where cert-manager does not see what the CA sees. */
const unseen = ["wrong.example.org", "nowhere.example.org"];
const unchecked = { name: "unchecked" };

const bothSlow = (effect: FaultEffect, method?: string): Fault[] => [
  inManagedZone("slow", effect, method),
  atCloudflare("example.com", effect, method),
];

describe("DNS APIs that fail, and rights that are missing", () => {
  const { world } = story;
  let stack: Stack;
  let dnsSecrets: Record<string, string>;

  const set = (domains: object[]): Promise<void> => {
    const args = {
      acme: { email: "ops@example.com" },
      challenges,
      // cert-manager's workers sleep for a minute before they believe in a record.
      certManager: { values: { extraArgs: ["--concurrent-workers=30"] } },
      defaults: { namespace: "default" },
      domains,
    };
    return stack.configure({ args: JSON.stringify(args) }, { dnsSecrets: JSON.stringify(dnsSecrets) });
  };

  const askDns = (path: string, json: object): Promise<unknown> =>
    world.edge.askJson({ ...asAdministrator, host: hosts.cloudDns, path: managedZones + path, json });

  const makeZone = (name: string): Promise<unknown> =>
    askDns("", { name, dnsName: `${name}.example.org.`, description: "A zone of its own" });

  /** What cert-manager told of a Certificate's challenges. */
  async function eventsOf(host: string, reason: string): Promise<string[]> {
    const selector = `reason=${reason}`;
    const events = await world.kubectl(["get", "events", "-n", "default", "--field-selector", selector, "-o", "json"]);
    const { items } = JSON.parse(events) as { items: { involvedObject: { name: string }; message: string }[] };
    const own = items.filter(({ involvedObject }) => involvedObject.name.startsWith(`${host.replaceAll(".", "-")}-`));
    return own.map(({ message }) => message);
  }

  /** Permissions that accounts lacked, by account. */
  async function denials(): Promise<string[]> {
    const lacked = (await world.edge.google()).denials;
    return [
      ...new Set(lacked.map(({ principal, permission }) => `${principal.split(/[:@]/)[1]} ${permission}`)),
    ].sort();
  }
  const denialOf = (permission: string): string => `${labelOf(permission)} ${permission}`;

  /** Of an update that fails, the causes that it names, by host. */
  async function causesOfFailure(): Promise<Record<string, string>> {
    const { code, output } = await stack.up();
    expect(code, output).not.toBe(0);
    const named = Object.entries(causesIn(output));
    return Object.fromEntries(named.map(([name, cause]) => [name.replaceAll("-", "."), cause]));
  }

  async function makeCredentials(): Promise<Record<string, string>> {
    const { edge } = world;
    const short: Record<string, string> = {};
    // One after the other: each changes the policy of the project.
    for (const permission of permissions) {
      const left = permissions.filter((one) => one !== permission);
      const id = labelOf(permission);
      short[id] = await createServiceAccount(edge, { id, permissions: left });
    }
    const able = await createServiceAccount(edge, { id: "able-solver", permissions });
    const deleted = await createServiceAccountKey(edge, `able-solver@${project}.iam.gserviceaccount.com`);
    const { client_email: email, private_key_id: id } = JSON.parse(deleted) as Record<string, string>;
    const path = `/v1/projects/${project}/serviceAccounts/${email}/keys/${id}`;
    await edge.askJson({ ...asAdministrator, method: "DELETE", host: hosts.googleIam, path });
    return { ...short, able, deleted, never: keyNeverMade(able), cloudflare: cloudflareTokens.full };
  }

  beforeAll(async () => {
    for (const zone of ["slow", "busy", "broken"]) await makeZone(zone);
    dnsSecrets = await makeCredentials();
    const env = { GOOGLE_OAUTH_ACCESS_TOKEN: googleAdminToken, PULUMI_PARALLEL: "40" };
    stack = story.stack("failures", env);
    await stack.init({}, { kubeconfig: readFileSync(world.layout.kubeconfig, "utf8") });
  });

  it("issues although APIs are slow, refuse at first, and show a record later than they take it", async () => {
    await world.edge.setFaults([
      ...bothSlow(latency),
      ...bothSlow(visibleAfter(8000), "POST"),
      ...bothSlow(unavailable).map((fault) => ({ ...fault, times: 1 })),
      ...bothSlow(tooMany).map((fault) => ({ ...fault, times: 1 })),
    ]);
    await set(good.map(certificate(240)));
    await succeed(stack.up());
    const left = (await world.edge.faults()).map(({ kind }) => kind);
    expect(left).not.toContain("status");
    for (const host of ["slow.example.org", "slow.example.com"])
      expect((await eventsOf(host, "PresentError")).join()).toMatch(/Error:? (429|971)/);
    await world.edge.clearFaults();
    await hasNothingToDo(stack);
  });

  it("makes a role with what is needed alone, and names what an account lacks that issues all the same", async () => {
    const { roles } = await world.edge.google();
    const made = roles.filter(({ name }) => !permissions.some((one) => name.endsWith(`/${labelOf(one)}`)));
    expect(made.map(({ includedPermissions }) => includedPermissions)).toContainEqual(dnsPermissions("slow"));
    const [getChange, remove] = lateToShow as [string, string];
    const forbidden = "googleapi: Error 403: Forbidden, forbidden";
    expect(await eventsOf(shortHost(getChange), "PresentError")).toEqual([`Error presenting challenge: ${forbidden}`]);
    await expect
      .poll(() => eventsOf(shortHost(remove), "CleanUpError"), { timeout: 60_000 })
      .toContain(`Error cleaning up challenge: ${forbidden}`);
    expect(await denials()).toEqual(lateToShow.map(denialOf).sort());
  });

  it("names what the CA refuses, which is another name server's view than cert-manager's", async () => {
    await makeIssuer();
    await leaveRecord(`_acme-challenge.${unseen[0]}.`);
    // Also of what is deleted: a later change shows all that came before it.
    await world.edge.setFaults([atCloudflare("example.org", visibleAfter(3_600_000))]);
    await set([...good.map(certificate(240)), ...unseen.map(certificate(120, unchecked))]);
    expect(await causesOfFailure()).toEqual({ [unseen[0]!]: causes.wrong, [unseen[1]!]: causes.nowhere });
    await world.edge.clearFaults();
  });

  it("names what persists, and each missing permission, within the bound", async () => {
    await leaveRecord(`_acme-challenge.${shortHost("dns.resourceRecordSets.update")}.`);
    await world.edge.setFaults([
      inManagedZone("busy", tooMany),
      inManagedZone("broken", unavailable),
      atCloudflare("example.com", tooMany),
      atCloudflare("example.net", unavailable),
    ]);
    const later = [...bad, misplaced].map(certificate(120));
    await set([...good.map(certificate(240)), ...later, ...unseen.map(certificate(120, unchecked))]);
    expect(await causesOfFailure()).toEqual({
      "busy.example.org": causes.busy,
      "busy.example.com": causes.busy,
      "broken.example.org": causes.broken,
      "broken.example.net": causes.broken,
      "absent.example.org": causes.noZone,
      [misplaced]: causes.noZone,
      "deleted.example.org": causes.noKey,
      "never.example.org": causes.noKey,
      ...Object.fromEntries(failing.map((permission) => [shortHost(permission), causes.noRight])),
    });
    // Cloud DNS says no more than "Forbidden": its side knows which permission it was, and that it was no other.
    expect(await denials()).toEqual(permissions.map(denialOf).sort());
  });

  it("completes with the next update once everything is mended", async () => {
    await world.edge.clearFaults();
    await makeZone("absent");
    for (const permission of permissions) {
      const path = `/v1/projects/${project}/roles/${labelOf(permission)}`;
      const json = { includedPermissions: permissions };
      await world.edge.askJson({ ...asAdministrator, method: "PATCH", host: hosts.googleIam, path, json });
    }
    dnsSecrets = { ...dnsSecrets, deleted: dnsSecrets.able!, never: dnsSecrets.able! };
    await set([...[...good, ...bad].map(certificate(240)), ...unseen.map(certificate(240, unchecked))]);
    await succeed(stack.up());
    const { domains } = await stack.outputs<{ domains: Record<string, { ready: boolean }> }>();
    const ready = Object.entries(domains).filter(([, status]) => status.ready);
    expect(ready.map(([host]) => host).sort()).toEqual([...good, ...bad, ...unseen].sort());
    await hasNothingToDo(stack);
  });

  it("has asked nothing of Cloud DNS but what the role is for", async () => {
    const requests = (await world.edge.requests()).filter(({ host }) => host === hosts.cloudDns);
    const calls = requests.map(({ method, path }) =>
      `${method} ${path.slice(managedZones.length)}`
        .replace(/ \/[^/:]+/, " /ZONE")
        .replace(/changes\/\d+$/, "changes/ID"),
    );
    // The policy of a zone is read and written by the engine's plugin, as the administrator.
    const ofSolvers = calls.filter((call) => !/:(get|set)IamPolicy$/.test(call));
    expect([...new Set(ofSolvers)].sort()).toEqual([
      "GET ",
      "GET /ZONE/changes/ID",
      "GET /ZONE/rrsets",
      "POST /ZONE/changes",
    ]);
  });

  it("leaves nothing behind that waits for an API", async () => {
    await succeed(stack.destroy());
    expect(await world.kubectl(["get", "challenges,orders", "-A", "-o", "name"])).toBe("");
  });

  /** A record of others under the name of a challenge, or one that a solver could not remove. */
  const leaveRecord = (name: string): Promise<unknown> =>
    askDns("/example-org/rrsets", { name, type: "TXT", ttl: 60, rrdatas: ['"left behind"'] });

  async function makeIssuer(): Promise<void> {
    const acme = {
      server: `https://${hosts.acmeStaging}/directory`,
      privateKeySecretRef: { name: "unchecked-key" },
      solvers: [
        {
          waitInsteadOfSelfCheck: "5s",
          dns01: { cloudflare: { apiTokenSecretRef: { name: "cloudflare-cloudflare", key: "api-token" } } },
        },
      ],
    };
    const issuer = { apiVersion: "cert-manager.io/v1", kind: "ClusterIssuer", metadata: unchecked, spec: { acme } };
    await world.kubectl(["apply", "-f", "-"], { input: JSON.stringify(issuer) });
  }
});
