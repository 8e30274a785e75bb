import { beforeAll, describe, expect, it } from "vitest";
import { addresses, CAFE_NAMESPACE, cloudflareTokens, googleAdminToken, googleProject, waitFor } from "../lab";
import { describeOperations, type Operation } from "./support/events";
import { verifiedHttps } from "./support/https";
import { leftovers, takeInventory, type Inventory } from "./support/inventory";
import {
  firstProgram,
  settingsOf,
  withArgs,
  withDomain,
  withDomains,
  type Domain,
  type Program,
} from "./support/preview-truth/program";
import type { Run, Stack } from "./support/stack";
import { serialOf } from "./support/steady-client";
import { succeed, tellStory } from "./support/story";

const story = tellStory("dns-records");
/** One by ACME and Cloudflare, one in Cloud DNS, and one whose Gateway's controller is played by this story. */
const [coffee, tea, moving] = ["coffee.example.com", "tea.example.org", "moving.example.com"] as const;

const recorded = (host: string, over: Partial<Domain> = {}): Domain => ({
  host,
  backend: { service: "tea-svc", port: 80 },
  dnsRecord: true,
  ...over,
});
const selfSigned = { issuer: { name: "self-signed" } };
const issuer = {
  apiVersion: "cert-manager.io/v1",
  kind: "ClusterIssuer",
  metadata: { name: "self-signed" },
  spec: { selfSigned: {} },
};

/** What a controller says of a Gateway that it serves at an address. */
function served(type: "IPAddress" | "Hostname", value: string): object {
  const [lastTransitionTime, reason] = [new Date().toISOString(), "Programmed"];
  const programmed = {
    type: "Programmed",
    status: "True",
    observedGeneration: 1,
    message: "",
    reason,
    lastTransitionTime,
  };
  return { status: { conditions: [programmed], addresses: [{ type, value }] } };
}

describe("DNS records of domains", () => {
  let stack: Stack;
  let program: Program;
  let before: Inventory;
  let serial: string;

  beforeAll(async () => {
    const { world } = story;
    before = await takeInventory(world);
    stack = story.stack("preview-truth");
    const kubeconfig = await world.kubectl(["config", "view", "--raw", "--minify", "-o", "json"]);
    program = withArgs(firstProgram(kubeconfig), {
      certManager: { version: "1.21.2" },
      challenges: [{ zones: ["example.com"], cloudflare: { secret: "main" } }],
      domains: [recorded(coffee)],
    });
    const [plain, secret] = settingsOf(program);
    const tokens = { "cloudflare:apiToken": cloudflareTokens.full, "gcp:accessToken": googleAdminToken };
    await stack.init({ ...plain, "gcp:project": googleProject.id }, { ...secret, ...tokens });
  });

  const change = async (next: Program): Promise<void> => {
    program = next;
    await stack.configure(...settingsOf(program));
  };

  /** "TYPE value" of the records that the lab's name server has for a host; those of challenges come and go. */
  const recordsOf = async (host: string): Promise<string[]> => {
    const all = Object.values(await story.world.edge.records()).flat();
    const own = all.filter(({ name, type }) => name.replace(/\.$/, "") === host && type !== "TXT");
    return own.map(({ type, content }) => `${type} ${content}`);
  };

  /** What a host's name leads to, for a program in the world. */
  const lookUp = (host: string): Promise<unknown[]> => story.world.inside.resolve(host, "A");

  const play = (status: object): Promise<string> =>
    story.world.kubectl([
      ...["patch", "gateway", "moving-example-com", "-n", CAFE_NAMESPACE],
      ...["--subresource=status", "--type=merge", "-p", JSON.stringify(status)],
    ]);

  const objectsOf = async (): Promise<string[]> => {
    const uids = "jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.uid}{'\\n'}{end}";
    const kinds = "certificates,gateways,httproutes";
    return (await story.world.kubectl(["get", kinds, "-n", CAFE_NAMESPACE, "-o", uids])).trim().split("\n").sort();
  };

  const serve = async (host: string): Promise<string> =>
    serialOf(await verifiedHttps(story.world, `https://${host}/`, await story.world.acmeRoot("staging")));

  it("are made by Cloudflare, and the host is served by that name", async () => {
    const run = await succeed(stack.up());
    expect(describeOperations(run)).toContain(`create DnsRecord edge-${coffee}-dns`);
    expect(await recordsOf(coffee)).toEqual([`A ${addresses.loadBalancer}`]);
    serial = await serve(coffee);
    expect((await stack.outputs<{ requiredDnsRecords: unknown }>()).requiredDnsRecords).toEqual([]);
  });

  it("are made in Cloud DNS too, and wait for a Gateway that has no address yet", async () => {
    await story.world.kubectl(["apply", "-f", "-"], { input: JSON.stringify(issuer) });
    const played = { route: { gatewayApi: { gatewayClassName: "played" } } };
    const dnsZone = { name: "example.org", cloudDns: { project: googleProject.id, hostedZoneName: "example-org" } };
    const more = [recorded(tea, { ...selfSigned, dnsZone }), recorded(moving, { ...selfSigned, ...played })];
    await change(withDomains(program, (domains) => [...domains, ...more]));
    const announced = describeOperations(await succeed(stack.preview()));
    const up = stack.up();
    const exists = () => play(served("IPAddress", "10.200.0.91")).then(() => undefined, String);
    await waitFor(`the Gateway of ${moving}`, exists, { seconds: 240, every: 500 });
    expect(describeOperations(await succeed(up))).toEqual(announced);
    expect(announced).toContain(`create RecordSet edge-${tea}-dns`);
    expect(await recordsOf(tea)).toEqual([`A ${addresses.loadBalancer}`]);
    // A name without a record leads to the load balancer here, so this one was made.
    expect(await lookUp(moving)).toEqual(["10.200.0.91"]);
  });

  it("leave nothing to do", async () => {
    expect((await succeed(stack.preview())).operations).toEqual([]);
    expect((await succeed(stack.refresh())).changes).toEqual({});
  });

  it("follow a Gateway that moves, and touch nothing else", async () => {
    await play(served("IPAddress", "10.200.0.92"));
    await succeed(stack.refresh());
    const expected = [`update DnsRecord edge-${moving}-dns`];
    expect(describeOperations(await succeed(stack.preview()))).toEqual(expected);
    expect(describeOperations(await succeed(stack.up()))).toEqual(expected);
    expect(await lookUp(moving)).toEqual(["10.200.0.92"]);
  });

  it("become of another type where a Gateway gets a hostname", async () => {
    await play(served("Hostname", "lb.example.net"));
    await succeed(stack.refresh());
    const { operations } = await succeed(stack.up());
    const done = operations.map(({ op, type }) => `${op} ${type.split(":").pop()}`);
    expect(done).toEqual(["delete-replaced DnsRecord", "replace DnsRecord", "create-replacement DnsRecord"]);
    expect(await recordsOf(moving)).toEqual(["CNAME lb.example.net"]);
  });

  const withoutTea = (from: Program): Program => withDomains(from, (all) => all.filter(({ host }) => host !== tea));

  it("are protected with their domain: nothing of it is deleted, by an update or by a destroy", async () => {
    await change(withDomain(program, tea, { deletionProtection: true }));
    expect(describeOperations(await succeed(stack.preview()))).toEqual([]);
    expect(describeOperations(await succeed(stack.up()))).toEqual([]);
    const guarded = program;
    await change(withoutTea(program));
    const all = await objectsOf();
    for (const attempt of [stack.preview, stack.up, stack.destroyAfterPreview]) {
      const run: Run = await attempt();
      expect(run.code).not.toBe(0);
      expect(run.output).toMatch(/edge-tea\.example\.org" cannot be deleted\s+because it is protected/);
      expect(await objectsOf()).toEqual(all);
      expect(await recordsOf(tea)).toEqual([`A ${addresses.loadBalancer}`]);
    }
    await change(withDomain(guarded, tea, { deletionProtection: false }));
    expect(describeOperations(await succeed(stack.up()))).toEqual([]);
  });

  it("go after the routes and before the Certificate when a domain is deleted, and no other domain is touched", async () => {
    await change(withoutTea(program));
    const announced = describeOperations(await succeed(stack.preview()));
    const done = await succeed(stack.up());
    expect(describeOperations(done)).toEqual(announced);
    // The default provider of Cloud DNS goes with the last record in it.
    const operations = done.operations.filter(({ type }) => !type.startsWith("pulumi:providers:"));
    expect(operations.map(({ op, name }) => [op, name.includes(tea)])).toEqual(operations.map(() => ["delete", true]));
    const position = (kind: string): number[] =>
      operations.flatMap(({ type }: Operation, index) => (type.endsWith(`:${kind}`) ? [index] : []));
    const [routes, [record], [certificate]] = [position("HTTPRoute"), position("RecordSet"), position("Certificate")];
    expect(routes).toHaveLength(2);
    expect(Math.max(...routes)).toBeLessThan(record!);
    expect(record!).toBeLessThan(certificate!);
    expect(await recordsOf(tea)).toEqual([]);
    expect(await serve(coffee)).toBe(serial);
  });

  it("are gone after a destroy", async () => {
    await succeed(stack.destroy());
    for (const host of [coffee, moving]) expect(await recordsOf(host)).toEqual([]);
    await story.world.kubectl(["delete", "clusterissuer", "self-signed"]);
    expect(leftovers(before, await takeInventory(story.world)).left).toEqual([]);
  });
});
