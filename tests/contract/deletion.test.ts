import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificateOnly, domain } from "../support/builders";
import { construct, type Constructed } from "./support/construct";
import type { Registration } from "./support/fake-monitor";
import { clusterInputs } from "./support/inputs";
import { Plugin } from "./support/plugin";

const types = {
  certificate: "kubernetes:cert-manager.io/v1:Certificate",
  gateway: "kubernetes:gateway.networking.k8s.io/v1:Gateway",
  route: "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
  namespace: "kubernetes:core/v1:Namespace",
};

/** Whether the engine deletes one resource only once another is gone: what depends on it, directly or not. */
function goesFirst({ registrations }: Constructed, first: Registration, then: Registration): boolean {
  const byUrn = new Map(registrations.map((made) => [made.urn, made]));
  const reached = new Set<string>();
  const visit = (urn: string): void => {
    if (reached.has(urn)) return;
    reached.add(urn);
    byUrn.get(urn)?.dependencies.forEach(visit);
  };
  first.dependencies.forEach(visit);
  return reached.has(then.urn);
}

/** What the engine must not delete. */
const guarded = ({ registrations }: Constructed): string[] =>
  registrations
    .filter(({ request }) => request.getProtect())
    .map(({ type, name }) => `${type.split(":").pop()} ${name}`)
    .sort();

const parts = (host: string): string[] =>
  [
    `Certificate edge-${host}`,
    `Gateway edge-${host}`,
    `HTTPRoute edge-${host}`,
    `HTTPRoute edge-${host}-redirect`,
  ].sort();

describe("a domain's deletion", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  it("begins with the routes, and only then comes the Certificate", async () => {
    const made = await construct(plugin, clusterInputs());
    const of = (type: string, name = "edge-tea.example.com") => made.resources.get(`${type} ${name}`)!;
    for (const route of [of(types.route), of(types.route, "edge-tea.example.com-redirect")]) {
      expect(goesFirst(made, route, of(types.gateway))).toBe(true);
      expect(goesFirst(made, route, of(types.certificate))).toBe(true);
    }
  });

  it("costs no order of creation between the two that are waited for", async () => {
    const made = await construct(plugin, clusterInputs());
    const of = (type: string) => made.resources.get(`${type} edge-tea.example.com`)!;
    expect(goesFirst(made, of(types.gateway), of(types.certificate))).toBe(false);
    expect(goesFirst(made, of(types.certificate), of(types.gateway))).toBe(false);
  });

  it("is in one order down to the Secret where certfleet itself waits", async () => {
    const kubeconfig = JSON.stringify({ clusters: [], users: [] });
    const defaults = { ...clusterInputs().defaults!, deleteSecret: true, deletionProtection: true };
    const made = await construct(plugin, { ...clusterInputs({ defaults }), kubeconfig });
    const of = (type: string) => made.resources.get(`${type} edge-tea.example.com`)!;
    const order = [of(types.route), of(types.gateway), of(types.certificate), of("certfleet:index:TlsSecret")];
    for (const [index, first] of order.slice(0, -1).entries())
      expect(goesFirst(made, first, order[index + 1]!)).toBe(true);
    // Neither waits for the other: the waits are resources of their own.
    const waits = made.registrations.filter(({ type }) => type === "certfleet:index:Readiness");
    expect(waits.filter((wait) => goesFirst(made, of(types.gateway), wait) && /tea/.test(wait.name))).toEqual([]);
    expect(guarded(made).filter((name) => !/^(Certificate|Gateway|HTTPRoute) /.test(name))).toEqual([]);
  });

  it("waits for no other domain", async () => {
    const { registrations } = await construct(plugin, clusterInputs());
    const [tea, coffee] = ["tea", "coffee"].map((name) => registrations.filter((made) => made.name.includes(name)));
    const urns = tea!.map(({ urn }) => urn);
    expect(coffee!.filter(({ dependencies }) => dependencies.some((urn) => urns.includes(urn)))).toEqual([]);
  });

  it("is refused with deletionProtection, of the domain alone and all of it", async () => {
    const [tea, coffee] = [domain("tea.example.com", { deletionProtection: true }), domain("coffee.example.com")];
    const made = await construct(plugin, clusterInputs({ domains: [tea, coffee] }));
    expect(guarded(made)).toEqual(parts("tea.example.com"));
  });

  it("is refused by default where the defaults say so, and not where the domain says otherwise", async () => {
    const [tea, coffee] = [domain("tea.example.com"), domain("coffee.example.com", { deletionProtection: false })];
    const defaults = { ...clusterInputs().defaults!, deletionProtection: true };
    const made = await construct(plugin, clusterInputs({ domains: [tea, coffee], defaults }));
    expect(guarded(made)).toEqual(parts("tea.example.com"));
  });

  it("is refused for the namespace too, with which everything in it would be deleted", async () => {
    const defaults = { ...clusterInputs().defaults!, createNamespace: true };
    const other = certificateOnly("coffee.example.com", { namespace: "other" });
    const inNamespace = certificateOnly("tea.example.com", { createNamespace: false, deletionProtection: true });
    const domains = [other, inNamespace, domain("milk.example.com")];
    const made = await construct(plugin, clusterInputs({ domains, defaults }));
    expect(guarded(made).filter((name) => name.startsWith("Namespace"))).toEqual(["Namespace edge-cafe"]);
  });

  it("is as little of an order to cert-manager with protection as without", async () => {
    const inputs = (deletionProtection: boolean) =>
      clusterInputs({ domains: [domain("tea.example.com", { deletionProtection })] });
    const [bare, safe] = [await construct(plugin, inputs(false)), await construct(plugin, inputs(true))];
    const asked = ({ registrations }: Constructed) =>
      registrations.filter(({ custom }) => custom).map(({ urn, object }) => ({ urn, object }));
    expect(asked(safe)).toEqual(asked(bare));
  });

  it("stays refused where the program protects the component, whatever a domain says", async () => {
    const customize = (to: ConstructRequest) => to.setProtect(true);
    const inputs = clusterInputs({ domains: [domain("tea.example.com", { deletionProtection: false })] });
    const made = await construct(plugin, inputs, { customize });
    expect(guarded(made)).toEqual(expect.arrayContaining(parts("tea.example.com")));
    expect(guarded(made)).toContain("ClusterTls edge");
  });
});
