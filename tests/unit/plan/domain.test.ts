import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planDomain, withDefaults, type DomainArgs, type DomainDefaults } from "../../../provider/plan/domain";
import { clusterIssuer } from "../../../provider/plan/issuer-reference";
import { certificateOnly, domain } from "../../support/builders";
import { later, valueOf } from "../outputs";

const issuer = clusterIssuer("letsencrypt-staging");
const managed = { "app.kubernetes.io/managed-by": "certfleet" };

const certificate = (name: string, dnsName: string, metadata: object = {}) => ({
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: { name, namespace: "default", labels: managed, annotations: undefined, ...metadata },
  spec: {
    secretName: `${name}-tls`,
    dnsNames: [dnsName],
    issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "letsencrypt-staging" },
    privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
  },
});

/** "Kind name" of a plan's objects. */
const objectsOf = (args: DomainArgs): string[] =>
  planDomain(args, issuer).objects.map(({ manifest }) => `${manifest.kind} ${manifest.metadata.name}`);

describe("planDomain", () => {
  it("plans a Certificate, a Gateway, a route and a redirect", () => {
    const plan = planDomain(domain("tea.example.com"), issuer);
    expect(plan).toMatchObject({ namespace: "default", secretName: "tea-example-com-tls" });
    expect(plan.certificate).toEqual(certificate("tea-example-com", "tea.example.com"));
    expect(objectsOf(domain("tea.example.com"))).toEqual([
      "Gateway tea-example-com",
      "HTTPRoute tea-example-com",
      "HTTPRoute tea-example-com-redirect",
    ]);
  });

  it("plans a Certificate alone for a wildcard that something else serves", () => {
    const plan = planDomain(certificateOnly("*.apps.example.com"), issuer);
    expect(plan.secretName).toMatch(/^wildcard-apps-example-com-[0-9a-f]{8}-tls$/);
    expect(plan.certificate).toEqual(certificate(plan.secretName.replace(/-tls$/, ""), "*.apps.example.com"));
    expect(plan.objects).toEqual([]);
  });

  it("says how a certificate is renewed where the program does", () => {
    const spec = (over: Partial<DomainArgs>) => planDomain(domain("tea.example.com", over), issuer).certificate!.spec;
    expect(spec({ renewal: { policy: "Disabled" } })).toMatchObject({ renewal: { policy: "Disabled" } });
    expect(Object.keys(spec({}))).not.toContain("renewal");
  });

  it("plans no Certificate for a host that uses another's", () => {
    const wildcard = planDomain(certificateOnly("*.apps.example.com"), issuer);
    const plan = planDomain(domain("a.apps.example.com", { certificateFrom: "*.apps.example.com" }), issuer);
    expect(plan.certificate).toBeUndefined();
    expect(plan.secretName).toBe(wildcard.secretName);
    expect(plan.objects[0]!.manifest.spec).toMatchObject({
      listeners: [
        { name: "http", hostname: "a.apps.example.com" },
        { name: "https", hostname: "a.apps.example.com", tls: { certificateRefs: [{ name: wildcard.secretName }] } },
      ],
    });
  });

  it("plans no redirect where none is wanted", () => {
    expect(objectsOf(domain("tea.example.com", { redirect: false }))).toEqual([
      "Gateway tea-example-com",
      "HTTPRoute tea-example-com",
    ]);
  });

  it("labels and annotates everything, over its own label", () => {
    const over = { namespace: "cafe", labels: { team: "tea" }, annotations: { note: "hot" } };
    const plan = planDomain(domain("tea.example.com", over), issuer);
    for (const manifest of [plan.certificate!, ...plan.objects.map((object) => object.manifest)]) {
      expect(manifest.metadata).toMatchObject({
        namespace: "cafe",
        labels: { ...managed, team: "tea" },
        annotations: { note: "hot" },
      });
    }
    const renamed = planDomain(domain("tea.example.com", { labels: { "app.kubernetes.io/managed-by": "us" } }), issuer);
    expect(renamed.certificate!.metadata.labels).toEqual({ "app.kubernetes.io/managed-by": "us" });
  });

  it("names the host first, then its further names, and writes to the Secret that is said", () => {
    const over = { additionalDnsNames: ["www.example.com", "*.example.com"], secretName: "shop-cert" };
    const plan = planDomain(domain("example.com", over), issuer);
    expect(plan).toMatchObject({
      secretName: "shop-cert",
      certificate: { spec: { secretName: "shop-cert", dnsNames: ["example.com", "www.example.com", "*.example.com"] } },
    });
    expect(plan.certificate!.metadata.name).toBe("example-com");
    expect(plan.objects[0]!.manifest.spec).toMatchObject({
      listeners: [{ hostname: "example.com" }, { tls: { certificateRefs: [{ name: "shop-cert" }] } }],
    });
  });

  it("asks an issuer of any group and kind, for a key of any kind", () => {
    const external = { name: "pca", kind: "AWSPCAClusterIssuer", group: "awspca.cert-manager.io" };
    const plan = planDomain(domain("tea.example.com", { privateKey: { algorithm: "RSA", size: 3072 } }), external);
    expect(plan.certificate!.spec).toMatchObject({
      issuerRef: external,
      privateKey: { algorithm: "RSA", size: 3072, rotationPolicy: "Always" },
    });
  });

  it("keeps what is not known yet for later", async () => {
    const over = {
      namespace: later("cafe"),
      labels: later({ team: "tea" }),
      backend: { service: later("s"), port: later(81) },
    };
    const plan = planDomain(domain("tea.example.com", over), { ...issuer, name: later("later-issuer") });
    expect(await valueOf(plan.certificate!.metadata)).toMatchObject({
      namespace: "cafe",
      labels: { ...managed, team: "tea" },
    });
    expect(await valueOf(plan.certificate!.spec)).toMatchObject({ issuerRef: { name: "later-issuer" } });
    expect(await valueOf(plan.objects[1]!.manifest.spec)).toMatchObject({
      rules: [{ backendRefs: [{ name: "s", port: 81 }] }],
    });
  });
});

describe("withDefaults", () => {
  const defaults = {
    namespace: "cafe",
    environment: "production" as const,
    labels: { app: "cafe", team: "all" },
    annotations: { a: "1" },
    redirect: false,
  };

  it("gives a domain what it does not say itself", () => {
    const { host, backend, ...rest } = withDefaults(domain("tea.example.com"), defaults);
    expect([host, backend]).toEqual(["tea.example.com", { service: "tea-svc", port: 80 }]);
    expect(rest).toEqual(defaults);
  });

  it("leaves a domain its own word, and merges labels and annotations by key", () => {
    const own = {
      namespace: "tea",
      redirect: true,
      labels: { team: "tea" },
      annotations: { b: "2" },
      route: undefined,
    };
    expect(withDefaults(domain("tea.example.com", own), defaults)).toMatchObject({
      namespace: "tea",
      redirect: true,
      environment: "production",
      labels: { app: "cafe", team: "tea" },
      annotations: { a: "1", b: "2" },
    });
  });

  it("merges labels that are not known yet", async () => {
    const { labels } = withDefaults(domain("tea.example.com", { labels: later({ team: "tea" }) }), defaults);
    expect(await valueOf(labels)).toEqual({ app: "cafe", team: "tea" });
    const nested = withDefaults(
      domain("tea.example.com", { labels: { team: later("tea") as unknown as string } }),
      defaults,
    );
    expect(await valueOf(nested.labels)).toEqual({ app: "cafe", team: "tea" });
  });

  it("changes nothing where nothing is given", () => {
    expect(withDefaults(domain("tea.example.com"))).toMatchObject(domain("tea.example.com"));
  });
});

describe("a plan of many domains", () => {
  const hosts = fc.uniqueArray(fc.domain(), { minLength: 2, maxLength: 12, selector: (host) => host.toLowerCase() });
  const shuffled = hosts.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
  );
  const plan = (all: readonly string[]) =>
    new Map(all.map((host) => [host, planDomain(withDefaults(domain(host.toLowerCase())), issuer)]));

  it("does not depend on their order, nor on each other", () => {
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        const plans = plan(one);
        expect(plan(other)).toEqual(plans);
        expect(plan(one.slice(1)).get(one[1]!)).toEqual(plans.get(one[1]!));
      }),
    );
  });

  it("never makes two objects of one name and kind", () => {
    fc.assert(
      fc.property(hosts, (all) => {
        const objects = [...plan(all).values()].flatMap(({ certificate: made, objects: routed }) => [
          made!,
          ...routed.map(({ manifest }) => manifest),
        ]);
        const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });

  it("keeps a redirect apart from the route of a host that reads like one", () => {
    const names = [...plan(["tea.example", "tea.example.redirect"]).values()].flatMap(({ objects }) =>
      objects.map(({ manifest }) => `${manifest.kind} ${manifest.metadata.name}`),
    );
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("withDefaults", () => {
  const defaults = {
    route: { gatewayApi: { gatewayClassName: "istio", annotations: { team: "edge" } } },
    timeouts: { certificate: 900 },
  };

  it("keeps the rest of the default route where a domain sets a part of it", () => {
    const own = { host: "tea.example.com", route: { gatewayApi: { annotations: { pool: "blue" } } } };
    expect(withDefaults(own, defaults).route).toEqual({
      gatewayApi: { gatewayClassName: "istio", annotations: { team: "edge", pool: "blue" } },
    });
    expect(withDefaults({ host: "tea.example.com", route: {} }, defaults).route).toEqual({
      gatewayApi: defaults.route.gatewayApi,
    });
  });

  it("takes a key as one value, so that an algorithm never meets the size of another", () => {
    const below = { privateKey: { algorithm: "ECDSA" as const, size: 384 } };
    const own = domain("tea.example.com", { privateKey: { algorithm: "RSA" } });
    expect(withDefaults(own, below).privateKey).toEqual({ algorithm: "RSA" });
    expect(withDefaults(domain("tea.example.com"), below).privateKey).toEqual(below.privateKey);
  });

  const named = clusterIssuer("corporate");
  const other = { ...clusterIssuer("team"), kind: "Issuer" };

  it.each<[string, Pick<DomainArgs, "issuer" | "environment">, DomainDefaults, object]>([
    ["an issuer over an environment", { issuer: named }, { environment: "production" }, { issuer: named }],
    ["an environment over an issuer", { environment: "staging" }, { issuer: named }, { environment: "staging" }],
    ["an issuer over an issuer, whole", { issuer: named }, { issuer: other }, { issuer: named }],
    ["nothing over an issuer", {}, { issuer: other }, { issuer: other }],
    ["nothing over an environment", {}, { environment: "production" }, { environment: "production" }],
  ])("takes one source of certificates: %s", (_case, own, below, expected) => {
    const { issuer: source, environment } = withDefaults(domain("tea.example.com", own), below);
    expect({ issuer: source, environment }).toEqual({ issuer: undefined, environment: undefined, ...expected });
  });

  it("keeps the other timeouts where a domain sets one", () => {
    const own = { host: "tea.example.com", timeouts: { gateway: 60 } };
    expect(withDefaults(own, defaults).timeouts).toEqual({ certificate: 900, gateway: 60 });
  });
});
