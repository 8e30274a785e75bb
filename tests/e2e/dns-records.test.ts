import { beforeAll, describe, expect, it } from "vitest";
import {
  addresses,
  CAFE_NAMESPACE,
  cloudflareTokens,
  cloudflareZoneId,
  googleAdminToken,
  googleProject,
  hosts,
  waitFor,
} from "../lab";
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
/** One by ACME and Cloudflare, and one in Cloud DNS. */
const [coffee, tea] = ["coffee.example.com", "tea.example.org"] as const;

/** Two whose Gateway's controller is played by this story; the first is in a part of a zone, which has no zone of its own. */
const [moving, byHand] = ["moving.part.example.com", "hand.example.com"] as const;
const played = { route: { gatewayApi: { gatewayClassName: "played" } } };

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

const playedClass = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "GatewayClass",
  metadata: { name: "played" },
  spec: { controllerName: "example.com/played" },
};

const condition = (type: string): object => ({
  type,
  status: "True",
  observedGeneration: 1,
  message: "",
  reason: type,
  lastTransitionTime: new Date().toISOString(),
});

/** What a controller says of a Gateway that it serves at these addresses. */
const served = (type: "IPAddress" | "Hostname", ...values: string[]): object => ({
  status: { conditions: [condition("Programmed")], addresses: values.map((value) => ({ type, value })) },
});

describe("DNS records of domains", () => {
  let stack: Stack;
  let program: Program;
  let before: Inventory;
  let kubeconfig: string;
  let serial: string;

  beforeAll(async () => {
    const { world } = story;
    before = await takeInventory(world);
    stack = story.stack("preview-truth");
    kubeconfig = await world.kubectl(["config", "view", "--raw", "--minify", "-o", "json"]);
    program = withArgs(firstProgram(kubeconfig), {
      certManager: { version: "1.21.2" },
      challenges: [
        { zones: ["example.com"], cloudflare: { secret: "main" } },
        {
          zones: ["part.example.com"],
          cloudflare: { secret: "main", zoneIds: { "part.example.com": cloudflareZoneId("example.com") } },
        },
      ],
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
  const lookUp = async (host: string, type = "A"): Promise<unknown[]> =>
    (await story.world.inside.resolve(host, type)).sort();

  const play = (host: string, status: object): Promise<string> =>
    story.world.kubectl([
      ...["patch", "gateway", host.replaceAll(".", "-"), "-n", CAFE_NAMESPACE],
      ...["--subresource=status", "--type=merge", "-p", JSON.stringify(status)],
    ]);

  /** The same as soon as there is such a Gateway. */
  const playOnce = (host: string, status: object): Promise<void> =>
    waitFor(`the Gateway of ${host}`, () => play(host, status).then(() => undefined, String), {
      seconds: 240,
      every: 500,
    });

  /** What a person does at the DNS provider. */
  const makeRecord = (type: string, content: string): Promise<unknown> =>
    story.world.edge.askJson({
      host: hosts.cloudflare,
      path: `/client/v4/zones/${cloudflareZoneId("example.com")}/dns_records`,
      method: "POST",
      token: cloudflareTokens.full,
      json: { type, name: byHand, content, ttl: 60, proxied: false },
    });

  const objectsOf = async (): Promise<string[]> => {
    const uids = "jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.uid}{'\\n'}{end}";
    const kinds = "certificates,gateways,httproutes";
    return (await story.world.kubectl(["get", kinds, "-n", CAFE_NAMESPACE, "-o", uids])).trim().split("\n").sort();
  };

  /** The Secrets with certificates. */
  const secretsOf = async (): Promise<string[]> => {
    const names = "jsonpath={range .items[*]}{.metadata.name}{'\\n'}{end}";
    const tls = "--field-selector=type=kubernetes.io/tls";
    return (await story.world.kubectl(["get", "secrets", tls, "-n", CAFE_NAMESPACE, "-o", names])).trim().split("\n");
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
    const dnsZone = { name: "example.org", cloudDns: { project: googleProject.id, hostedZoneName: "example-org" } };
    const more = [recorded(tea, { ...selfSigned, dnsZone }), recorded(moving, { ...selfSigned, ...played })];
    await change(withDomains(program, (domains) => [...domains, ...more]));
    const announced = describeOperations(await succeed(stack.preview()));
    const up = stack.up();
    await playOnce(moving, served("IPAddress", "10.200.0.91"));
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
    await play(moving, served("IPAddress", "10.200.0.92"));
    await succeed(stack.refresh());
    const expected = [`update DnsRecord edge-${moving}-dns`];
    expect(describeOperations(await succeed(stack.preview()))).toEqual(expected);
    expect(describeOperations(await succeed(stack.up()))).toEqual(expected);
    expect(await lookUp(moving)).toEqual(["10.200.0.92"]);
  });

  it("become of another type where a Gateway gets a hostname", async () => {
    await play(moving, served("Hostname", "lb.example.net"));
    await succeed(stack.refresh());
    const { operations } = await succeed(stack.up());
    const done = operations.map(({ op, type }) => `${op} ${type.split(":").pop()}`);
    expect(done).toEqual(["delete-replaced DnsRecord", "replace DnsRecord", "create-replacement DnsRecord"]);
    expect(await recordsOf(moving)).toEqual(["CNAME lb.example.net"]);
  });

  it("are one for each address of a Gateway with several, IPv4 and IPv6", async () => {
    await play(moving, served("IPAddress", "10.200.0.94", "fd00::2", "10.200.0.93", "fd00::1"));
    await succeed(stack.refresh());
    await succeed(stack.up());
    await change(withDomain(program, moving, { dnsRecordSettings: { dualStack: true, addressCount: 2 } }));
    const expected = ["dns-2", "dns-aaaa", "dns-aaaa-2"].map((role) => `create DnsRecord edge-${moving}-${role}`);
    expect(describeOperations(await succeed(stack.preview()))).toEqual(expected);
    expect(describeOperations(await succeed(stack.up()))).toEqual(expected);
    expect(await lookUp(moving)).toEqual(["10.200.0.93", "10.200.0.94"]);
    expect(await lookUp(moving, "AAAA")).toEqual(["fd00::1", "fd00::2"]);
    // In another order they are the same.
    await play(moving, served("IPAddress", "fd00::1", "10.200.0.93", "fd00::2", "10.200.0.94"));
    await succeed(stack.refresh());
    expect(describeOperations(await succeed(stack.preview()))).toEqual([]);
  });

  it("that a person makes are waited for on request: the update fails in time, and says what is expected", async () => {
    const waiting = { ...selfSigned, ...played, dnsRecord: false, waitForDns: true, timeouts: { dns: 10 } };
    await change(withDomains(program, (domains) => [...domains, recorded(byHand, waiting)]));
    const announced = describeOperations(await succeed(stack.preview()));
    expect(announced).toContain(`create DnsReadiness edge-${byHand}-dns`);
    const up = stack.up();
    await playOnce(byHand, served("IPAddress", "10.200.0.95", "fd00::5"));
    const run = await up;
    expect(run.code).not.toBe(0);
    const text = [
      `"${byHand}" did not resolve to its Gateway within 10 seconds`,
      "expected: A 10.200.0.95, AAAA fd00::5",
      // A name without a record leads to the load balancer here.
      `the system's resolver: A ${addresses.loadBalancer}`,
      "fix: make the expected records at the DNS provider, and delete other A, AAAA and CNAME records of that name;",
    ].join("\n");
    expect(run.problems.join("\n")).toContain(text);
    // Everything else is there.
    expect(describeOperations(run)).toEqual(announced);
  });

  it("that a person makes then end the wait, of both kinds of address", async () => {
    await change(withDomain(program, byHand, { timeouts: { dns: 120 } }));
    const up = stack.up();
    await makeRecord("A", "10.200.0.95");
    await makeRecord("AAAA", "fd00::5");
    expect(describeOperations(await succeed(up))).toEqual([`create DnsReadiness edge-${byHand}-dns`]);
    expect((await succeed(stack.preview())).operations).toEqual([]);
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

  it("that a person makes are waited for with a kubeconfig too, when the Gateway has moved", async () => {
    // With a kubeconfig certfleet asks who answers for the class.
    await story.world.kubectl(["apply", "-f", "-"], { input: JSON.stringify(playedClass) });
    await story.world.kubectl([
      ...["patch", "gatewayclass", "played", "--subresource=status", "--type=merge", "-p"],
      JSON.stringify({ status: { conditions: [condition("Accepted")] } }),
    ]);
    await stack.configure({}, { "certfleet:kubeconfig": kubeconfig });
    const deleted = withDomain(program, tea, { deleteSecret: true });
    await change(withDomain(deleted, byHand, { timeouts: { dns: 10 } }));
    await play(byHand, served("IPAddress", "10.200.0.95"));
    await succeed(stack.refresh());
    const run = await stack.up();
    expect(run.code).not.toBe(0);
    const text = ["expected: A 10.200.0.95", "the system's resolver: A 10.200.0.95, AAAA fd00::5", "fix: "].join("\n");
    expect(run.problems.join("\n")).toContain(text);
    expect(run.operations.find(({ type }) => type.endsWith(":DnsReadiness"))).toMatchObject({
      op: "update",
      properties: ["addresses"],
    });
    await play(byHand, served("IPAddress", "10.200.0.95", "fd00::5"));
    await succeed(stack.refresh());
    await succeed(stack.up());
    expect((await succeed(stack.preview())).operations).toEqual([]);
  });

  it("go after the routes and before the Certificate and its Secret when a domain is deleted, and no other domain is touched", async () => {
    const kept = await secretsOf();
    expect(kept).toContain("tea-example-org-tls");
    await change(withoutTea(program));
    const announced = describeOperations(await succeed(stack.preview()));
    const done = await succeed(stack.up());
    expect(describeOperations(done)).toEqual(announced);
    // The default provider of Cloud DNS goes with the last record in it.
    const operations = done.operations.filter(({ type }) => !type.startsWith("pulumi:providers:"));
    expect(operations.map(({ op, name }) => [op, name.includes(tea)])).toEqual(operations.map(() => ["delete", true]));
    const positions = (kind: string): number[] =>
      operations.flatMap(({ type }: Operation, index) => (type.endsWith(`:${kind}`) ? [index] : []));
    const order = ["HTTPRoute", "RecordSet", "Gateway", "Certificate", "TlsSecret"].map(positions);
    expect(order.map(({ length }) => length)).toEqual([2, 1, 1, 1, 1]);
    expect(order.flat()).toEqual(order.flat().sort((a, b) => a - b));
    expect(await secretsOf()).toEqual(kept.filter((name) => !name.includes("tea")));
    expect(await recordsOf(tea)).toEqual([]);
    expect(await serve(coffee)).toBe(serial);
  });

  it("are gone after a destroy", async () => {
    await succeed(stack.destroy());
    for (const host of [coffee, moving]) expect(await recordsOf(host)).toEqual([]);
    await story.world.kubectl(["delete", "clusterissuer/self-signed", "gatewayclass/played"]);
    expect(leftovers(before, await takeInventory(story.world)).left).toEqual([]);
  });
});
