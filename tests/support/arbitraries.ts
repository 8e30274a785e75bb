import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import fc from "fast-check";
import { z } from "zod";
import { deferredSchema, shapeOf, unwrap } from "../../provider/schema/vocabulary";

type Json = Record<string, unknown>;

/** A property that is given only sometimes. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const words = fc.constantFrom("tea", "coffee", "milk", "my-shop", "a", "1st", "xn--bcher-kva", "redirect");
const zones = ["example.com", "example.net", "example.com-redirect"];
const hosts = fc
  .tuple(fc.boolean(), fc.uniqueArray(words, { minLength: 1, maxLength: 2 }), fc.constantFrom(...zones))
  .map(([wildcard, labels, zone]) => `${wildcard ? "*." : ""}${labels.join(".")}.${zone}`);

const privateKey = fc.constantFrom<Json>(
  {},
  { algorithm: "ECDSA" },
  { size: 384 },
  { algorithm: "RSA" },
  { algorithm: "RSA", size: 4096 },
);

const renewal = fc.constantFrom<Json>(
  {},
  { policy: "Disabled" },
  { windows: [{ cron: "0 3 * * 1-5", windowDuration: "4h", timezone: "Europe/Berlin" }] },
);

const source = fc.constantFrom<Json>(
  {},
  { environment: "staging" },
  { environment: "production" },
  { issuer: { name: "corporate" } },
  { issuer: { name: "pca", kind: "AWSPCAIssuer", group: "awspca.cert-manager.io" } },
);

const shared = fc.record({
  labels: maybe(fc.dictionary(fc.constantFrom("team", "app"), words)),
  annotations: maybe(fc.dictionary(fc.constantFrom("note", "constructor"), fc.string())),
  timeouts: maybe(fc.record({ certificate: maybe(fc.integer({ min: 1, max: 900 })), gateway: fc.constant(60) })),
  redirect: maybe(fc.boolean()),
  privateKey: maybe(privateKey),
  renewal: maybe(renewal),
});

const routed = fc.record({ backend: fc.record({ service: words, port: fc.integer({ min: 1, max: 65535 }) }) });

const domain = fc
  .record({ host: hosts, common: shared, source, kind: fc.oneof(routed, fc.constant({ certificateOnly: true })) })
  .map(({ host, common, source: from, kind }) => {
    const { redirect, ...others } = common;
    const certificateName = others.privateKey ? `old-${host.replace(/\W/g, "-")}` : undefined;
    return { host, certificateName, ...others, ...from, ...kind, ...("backend" in kind ? { redirect } : {}) };
  });

/** Args of a ClusterTls in which nothing is wrong. */
export const clusterInputs = fc
  .record({
    acme: fc.record({
      email: fc.constant("ops@example.com"),
      environment: fc.constantFrom(undefined, "production"),
      accountKeyRotation: fc.constantFrom(undefined, "2026-11"),
      profile: fc.constantFrom(undefined, "shortlived"),
      issuers: maybe(fc.constant({ production: { name: "le", accountKeySecret: "le-key", adopt: true } })),
    }),
    challenges: fc.constantFrom<Json[]>(
      [{ cloudflare: { secret: "main" } }],
      [{ zones, cloudflare: { secret: "main" } }, { cloudflare: { existingSecret: { name: "other" } } }],
      [{ cnameStrategy: "Follow", route53: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secret: "main" } }],
    ),
    defaults: shared.chain((common) =>
      source.map((from) => ({
        ...common,
        ...from,
        namespace: "cafe",
        route: { gatewayApi: { gatewayClassName: "istio" } },
      })),
    ),
    certManager: maybe(
      fc.constantFrom<Json>(
        {},
        { install: false },
        { version: "1.21.1", values: { a: null }, purge: true, rollbackOnFailure: false },
        { adopt: "release", releaseName: "certs", createNamespace: false },
      ),
    ),
    domains: fc.uniqueArray(domain, { minLength: 1, maxLength: 6, selector: ({ host }) => host }),
  })
  .map((inputs) => ({ ...inputs, dnsSecrets: { main: "planted-secret" } }));

/** A mistake, and the path at which it must be named. */
export interface Mistake {
  path: string;
  apply: (inputs: Json) => Json;
}

const within = (key: string, change: Json) => (inputs: Json) => ({
  ...inputs,
  [key]: { ...(inputs[key] as Json), ...change },
});

function inDomain(index: number, key: string, value: unknown, path = key): Mistake {
  return {
    path: `domains[${index}].${path}`,
    apply: (inputs) => ({
      ...inputs,
      domains: (inputs.domains as Json[]).map((one, at) => (at === index ? { ...one, [key]: value } : one)),
    }),
  };
}

const ofDomain = (index: number): Mistake[] => [
  inDomain(index, "host", "https://tea.example.com/"),
  inDomain(index, "hots", "tea.example.com"),
  inDomain(index, "certificateOnly", "yes"),
  inDomain(index, "namespace", "Cafe"),
  inDomain(index, "secretName", "Bad_Name"),
  inDomain(index, "certificateName", "Old_Name"),
  inDomain(index, "adopt", "yes"),
  inDomain(index, "environment", "prod"),
  inDomain(index, "issuer", { name: "" }, "issuer.name"),
  inDomain(index, "privateKey", { algorithm: "RSA", size: 1.5 }, "privateKey.size"),
  inDomain(index, "renewal", { windows: [{ cron: "0 3 * * 7", windowDuration: "4h" }] }, "renewal.windows[0].cron"),
  inDomain(index, "additionalDnsNames", ["ok.example.com", "not ok"], "additionalDnsNames[1]"),
  inDomain(index, "labels", { team: 7 }, "labels.team"),
  inDomain(index, "timeouts", 5),
  inDomain(index, "route", { gatewayApi: { gatewayClassName: "" } }, "route.gatewayApi.gatewayClassName"),
  inDomain(index, "certificateFrom", "*.*.example.com"),
  inDomain(index, "deletionProtection", "yes"),
  inDomain(index, "dnsRecord", "A"),
  inDomain(index, "dnsRecordSettings", { ttlSeconds: 0 }, "dnsRecordSettings.ttlSeconds"),
  inDomain(index, "dnsZone", { name: "*.example.com", cloudflare: {} }, "dnsZone.name"),
];

const ofCluster: Mistake[] = [
  { path: "acme.email", apply: within("acme", { email: "nobody" }) },
  { path: "acme.accountKeyRotation", apply: within("acme", { accountKeyRotation: "Nov 2026" }) },
  { path: "acme.profile", apply: within("acme", { profile: "" }) },
  { path: "acme.environment", apply: within("acme", { environment: "prod" }) },
  { path: "acme.directory.url", apply: within("acme", { directory: { url: "http://acme.example.org" } }) },
  { path: "acme.additionalEnvironments[1]", apply: within("acme", { additionalEnvironments: ["staging", 7] }) },
  { path: "acme.issuers.staging.name", apply: within("acme", { issuers: { staging: { name: "Bad_Name" } } }) },
  { path: "certManager.version", apply: within("certManager", { version: "latest" }) },
  { path: "certManager.adopt", apply: within("certManager", { adopt: "helm" }) },
  { path: "certManager.releaseName", apply: within("certManager", { releaseName: "-" }) },
  { path: "certManager.recursiveNameservers[0]", apply: within("certManager", { recursiveNameservers: ["1.1.1.1"] }) },
  { path: "defaults.namespace", apply: within("defaults", { namespace: 5 }) },
  { path: "defaults.issuer", apply: within("defaults", { issuer: "corporate" }) },
  { path: "challenges", apply: (inputs) => ({ ...inputs, challenges: "cloudflare" }) },
  { path: "challenges[0]", apply: (inputs) => ({ ...inputs, challenges: [{}] }) },
  {
    path: "challenges[0].zones[0]",
    apply: (inputs) => ({ ...inputs, challenges: [{ zones: ["*.a.b"], cloudflare: { secret: "main" } }] }),
  },
  {
    path: "challenges[0].route53.role",
    apply: (inputs) => ({ ...inputs, challenges: [{ route53: { role: "dns" } }] }),
  },
  { path: 'dnsSecrets["*"]', apply: (inputs) => ({ ...inputs, dnsSecrets: { main: " planted-secret" } }) },
  { path: "surprise", apply: (inputs) => ({ ...inputs, surprise: true }) },
];

/** Mistakes of which none undoes or hides another. */
export function mistakes(domains: number): fc.Arbitrary<Mistake[]> {
  const all = [...ofCluster, ...Array.from({ length: domains }, (_item, index) => ofDomain(index)).flat()];
  return fc
    .subarray(all, { minLength: 1, maxLength: 8 })
    .map((chosen) =>
      chosen.filter((one, index) => !chosen.slice(0, index).some((other) => overlap(one.path, other.path))),
    );
}

const overlap = (one: string, other: string): boolean =>
  [one, other].every((path) => path.startsWith("challenges")) || one === other;

/** How a leaf reaches the plugin. */
export type Form = "plain" | "known" | "secret" | "unknown" | "unknown secret";
export const forms = fc.constantFrom<Form>("plain", "known", "secret", "unknown", "unknown secret");

const wrap: Record<Form, (value: unknown) => unknown> = {
  plain: (value) => value,
  known: (value) => pulumi.output(value),
  secret: (value) => pulumi.secret(value),
  unknown: () => pulumi.output(unknown),
  "unknown secret": () => pulumi.secret(unknown),
};

/** Inputs with each leaf that accepts Outputs in a form of its own. */
export function inForms(schema: z.core.$ZodType, value: unknown, next: () => Form): unknown {
  const { inner } = unwrap(schema);
  if (value === undefined) return undefined;
  if (deferredSchema(inner)) return wrap[next()](value);
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((item: unknown): unknown => inForms(inner.element, item, next));
  }
  if (!(inner instanceof z.ZodObject) || typeof value !== "object" || value === null) return value;
  const shape = new Map(shapeOf(inner));
  const parts = Object.entries(value).map(([key, item]: [string, unknown]) => [
    key,
    shape.has(key) ? inForms(shape.get(key)!, item, next) : item,
  ]);
  return Object.fromEntries(parts);
}

/** Values of every sort, in the place of anything. */
export const junk = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, 0, -1, 1.5, Number.NaN, "", "x", true, [], {}, [[]], { "": null }),
  fc.constantFrom<unknown>(JSON.parse('{"__proto__": {"host": 1}}') as unknown, { constructor: "x" }),
  fc.constantFrom<unknown>(new pulumi.asset.StringAsset("x"), new pulumi.DependencyResource("urn:of-something")),
  fc.string(),
  fc.jsonValue(),
  fc.constant("planted-secret").map((text) => pulumi.secret(text)),
  fc.constant("planted-secret").map((text) => pulumi.secret([{ [text]: text }])),
  fc.constantFrom("tea", 5, ["x"], { host: "tea.example.com" }).map((value) => pulumi.output(value as unknown)),
  fc.constant(undefined).map(() => pulumi.output(unknown)),
);

/** All paths of a value, inner ones too. */
function pathsIn(value: unknown): PropertyKey[][] {
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return [[]];
  const entries: [PropertyKey, unknown][] = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item])
    : Object.entries(value);
  return [[], ...entries.flatMap(([key, item]) => pathsIn(item).map((path) => [key, ...path]))];
}

function replaceAt(value: unknown, [key, ...rest]: readonly PropertyKey[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((item: unknown, index): unknown => (index === key ? replaceAt(item, rest, replacement) : item));
  return { ...(value as Json), [key]: replaceAt((value as Json)[key as string], rest, replacement) };
}

/** A value with junk in some places. */
export const littered = (value: unknown): fc.Arbitrary<unknown> =>
  fc.array(fc.tuple(fc.nat(), junk), { minLength: 1, maxLength: 4 }).map((litter) =>
    litter.reduce<unknown>((at, [place, thing]) => {
      const paths = pathsIn(at);
      return replaceAt(at, paths[place % paths.length]!, thing);
    }, value),
  );
