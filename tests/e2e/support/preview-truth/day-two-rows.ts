import { CAFE_NAMESPACE, cloudflareTokens, googleProject, hosts } from "../../../lab";
import { firstProgram, withAcme, withArgs, withDomain, withDomains, type Program } from "./program";
import { defaultProvider, domain, issued, objects, routes, selfSigned, type Row } from "./row";

/** One by ACME, one that its own issuer serves, and one that was there before, made by hand. */
const [coffee, tea, pie] = ["coffee.example.com", "tea.example.org", "pie.example.com"];

/** The credentials that are made, by what tells them from others. */
const token = "edge-issuers-cloudflare-token-dns";
const account = `edge-issuers-cloud-dns-account-${googleProject.id}-example-org`;

const rotation = "2026-11";

/** A credential that no issuer uses, for a zone that another entry serves. */
const standby = { zones: ["example.org"], standby: true, cloudflare: { secret: "other" } };

const challenges = (rotated: object = {}): object[] => [
  { ...rotated, zones: ["example.com"], cloudflare: { token: { expiresOn: "2099-01-01T00:00:00Z" } } },
  { ...rotated, zones: ["example.org"], cloudDns: { project: googleProject.id, hostedZoneName: "example-org" } },
];

/** The program before the first change: its credentials are made at two clouds. */
export function dayTwoProgram(kubeconfig: string): Program {
  const program = withArgs(firstProgram(kubeconfig), {
    challenges: challenges(),
    certManager: { version: "1.20.3" },
    domains: [{ host: coffee, backend: { service: "coffee-svc", port: 80 } }],
  });
  return { ...program, dnsSecrets: {} };
}

const withCertManager = (program: Program, more: object): Program =>
  withArgs(program, { certManager: { ...program.args.certManager, ...more } });

const withDefaults = (program: Program, more: object): Program =>
  withArgs(program, { defaults: { ...program.args.defaults, ...more } });

/** Somebody's production issuer and certificate, by names of their own. */
const byHand = [
  {
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name: "by-hand" },
    spec: {
      acme: {
        email: "ops@example.com",
        server: `https://${hosts.acmeProduction}/directory`,
        privateKeySecretRef: { name: "by-hand-account" },
        solvers: [{ dns01: { cloudflare: { apiTokenSecretRef: { name: "by-hand-token", key: "token" } } } }],
      },
    },
  },
  {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "pie", namespace: CAFE_NAMESPACE },
    spec: {
      secretName: "pie-cert",
      dnsNames: [pie],
      issuerRef: { name: "self-signed", kind: "ClusterIssuer", group: "cert-manager.io" },
    },
  },
];

const adopted = (adopt: true | undefined) => ({
  issuers: { production: { name: "by-hand", accountKeySecret: "by-hand-account", adopt } },
  additionalEnvironments: ["production"],
});

const pieDomain = {
  host: pie,
  backend: { service: "tea-svc", port: 80 },
  issuer: { name: "self-signed" },
  adopt: true,
  certificateName: "pie",
  secretName: "pie-cert",
  privateKey: { algorithm: "RSA" },
};

/** Made first, proven by an issuer and a request of its own, and the old one deleted last. */
const rotated = (name: string, kind: string): string[] => [
  `create ${kind} ${name}-${rotation}`,
  `create Secret ${name}-${rotation}`,
  `create ClusterIssuer ${name}-${rotation}-dry-run`,
  `create CertificateRequest ${name}-${rotation}-dry-run`,
  `delete Secret ${name}`,
  `delete ${kind} ${name}`,
];

const issuers = ["edge-issuers-production", "edge-issuers-staging"];
/** Issuers that prove the rotation, of both credentials. */
const dryRuns = [token, account].map((name) => `${name}-${rotation}-dry-run`);
const hostsWithGateways = [coffee, tea, pie];

/** Where certfleet itself waits, the Kubernetes plugin does not, and the other way round. */
const waits = (op: string): string[] => [
  `${op} Readiness edge-cert-manager`,
  ...[...issuers, ...dryRuns].map((name) => `${op} Readiness ${name}`),
  ...dryRuns.map((name) => `${op} Readiness ${name}_certificaterequest`),
  ...hostsWithGateways.flatMap((host) => [`${op} Readiness edge-${host}`, `${op} Readiness edge-${host}_gateway`]),
];

/** Changes of the second day: of credentials, issuers and records, and of how certfleet treats what there is. */
export const dayTwoRows: Row[] = [
  {
    change: "first installation with made credentials",
    apply: (program) => program,
    expected: [
      "create Stack preview-truth-lab",
      "create kubernetes cluster",
      ...["certfleet", "gcp", "cloudflare"].map((name) => `create ${defaultProvider(name)}`),
      "create ClusterTls edge",
      "create CertManager edge-cert-manager",
      "create CertManagerPreflight edge-cert-manager",
      "create Namespace edge-cert-manager",
      "create Release edge-cert-manager",
      "create Issuers edge-issuers",
      ...["DnsCredentials", "ApiToken", "Secret"].map((kind) => `create ${kind} ${token}`),
      ...["DnsCredentials", "Account", "IAMCustomRole", "DnsManagedZoneIamMember", "Key", "Secret"].map(
        (kind) => `create ${kind} ${account}`,
      ),
      "create ClusterIssuer edge-issuers-staging",
      ...domain("create", coffee),
    ],
    certificates: issued(coffee),
  },
  {
    change: "chart upgraded by a minor version",
    apply: (program) => withCertManager(program, { version: "1.21.2" }),
    expected: ["update CertManagerPreflight edge-cert-manager (version)", "update Release edge-cert-manager (version)"],
  },
  {
    change: "rollbackOnFailure switched off",
    apply: (program) => withCertManager(program, { rollbackOnFailure: false }),
    expected: ["update Release edge-cert-manager (atomic)"],
  },
  {
    change: "issuer and certificate adopted",
    given: [selfSigned("self-signed"), ...byHand],
    apply: (program) =>
      withDomains(withAcme(program, adopted(true)), (domains) => [
        ...domains,
        { host: tea, backend: { service: "tea-svc", port: 80 }, issuer: { name: "self-signed" } },
        pieDomain,
      ]),
    expected: [
      ...domain("create", tea),
      `create TlsDomain edge-${pie}`,
      ...routes("create", pie),
      `import Certificate edge-${pie}`,
      `update Certificate edge-${pie} (metadata.annotations, metadata.labels, spec)`,
      "import ClusterIssuer edge-issuers-production",
      "update ClusterIssuer edge-issuers-production (metadata.annotations, metadata.labels, spec)",
    ],
    certificates: issued(tea),
  },
  {
    change: "adopt left out again",
    apply: (program) => withDomain(withAcme(program, adopted(undefined)), pie, { adopt: undefined }),
    expected: [
      `update Certificate edge-${pie} (metadata.annotations)`,
      "update ClusterIssuer edge-issuers-production (metadata.annotations)",
    ],
  },
  {
    change: "made credentials rotated",
    apply: (program) => withArgs(program, { challenges: challenges({ rotation }) }),
    expected: [
      ...rotated(token, "ApiToken"),
      ...rotated(account, "Key"),
      ...issuers.map((name) => `update ClusterIssuer ${name} (spec.acme.solvers)`),
    ],
  },
  {
    change: "kubeconfig set",
    apply: (program) => ({ ...program, access: true }),
    expected: [
      "create certfleet edge",
      "create GatewayPreflight edge",
      ...waits("create"),
      ...[...issuers, ...dryRuns].map((name) => `update ClusterIssuer ${name} (metadata.annotations)`),
      ...hostsWithGateways.flatMap((host) =>
        objects("update", host, " (metadata.annotations)").filter((change) => !change.includes("HTTPRoute")),
      ),
    ],
  },
  {
    change: "renewal asked for",
    apply: (program) => withDomain(program, pie, { renew: "2026-11-25 key leaked" }),
    expected: [`update Readiness edge-${pie} (renew)`],
    certificates: [`issue ${CAFE_NAMESPACE}/pie-cert`],
  },
  {
    change: "deleteSecret switched on",
    apply: (program) => withDomain(program, pie, { deleteSecret: true }),
    expected: [`create TlsSecret edge-${pie}`],
  },
  {
    change: "domain removed with its Secret",
    apply: (program) => withDomains(program, (domains) => domains.filter(({ host }) => host !== pie)),
    expected: [
      ...domain("delete", pie),
      `delete Readiness edge-${pie}`,
      `delete Readiness edge-${pie}_gateway`,
      `delete TlsSecret edge-${pie}`,
    ],
    certificates: [`delete ${CAFE_NAMESPACE}/pie-cert`],
  },
  {
    change: "kubeconfig unset",
    apply: (program) => ({ ...program, access: false }),
    expected: [
      "delete certfleet edge",
      "delete GatewayPreflight edge",
      ...waits("delete").filter((change) => !change.includes(pie)),
      ...[...issuers, ...dryRuns].map((name) => `update ClusterIssuer ${name} (metadata.annotations)`),
      ...[coffee, tea].flatMap((host) =>
        objects("update", host, " (metadata.annotations)").filter((change) => !change.includes("HTTPRoute")),
      ),
    ],
  },
  {
    change: "deletionProtection switched on",
    apply: (program) => withDomain(program, coffee, { deletionProtection: true }),
    expected: [],
  },
  {
    change: "protected domain removed",
    apply: (program) => withDomains(program, (domains) => domains.filter(({ host }) => host !== coffee)),
    expected: [],
    refused: /edge-coffee\.example\.com" cannot be deleted\s+because it is protected/,
  },
  {
    change: "deletionProtection switched off",
    apply: (program) => withDomain(program, coffee, { deletionProtection: false }),
    expected: [],
  },
  {
    change: "one domain promoted to production",
    apply: (program) => withDomain(program, coffee, { environment: "production" }),
    expected: [`update Certificate edge-${coffee} (spec.issuerRef.name)`],
    certificates: issued(coffee),
  },
  {
    change: "dnsRecord switched on",
    apply: (program) => withDefaults(program, { dnsRecord: true }),
    expected: [`create DnsRecord edge-${coffee}-dns`, `create RecordSet edge-${tea}-dns`],
  },
  {
    change: "dnsRecord switched off",
    apply: (program) => withDefaults(program, { dnsRecord: false }),
    expected: [`delete DnsRecord edge-${coffee}-dns`, `delete RecordSet edge-${tea}-dns`],
  },
  {
    change: "credential added on standby",
    apply: (program) => ({
      ...withArgs(program, { challenges: [...program.args.challenges, standby] }),
      dnsSecrets: { other: cloudflareTokens.full },
    }),
    expected: ["create DnsCredentials edge-issuers-cloudflare-other", "create Secret edge-issuers-cloudflare-other"],
  },
  {
    change: "credential on standby removed",
    apply: (program) => ({
      ...withArgs(program, { challenges: program.args.challenges.filter((entry) => entry !== standby) }),
      dnsSecrets: {},
    }),
    expected: ["delete DnsCredentials edge-issuers-cloudflare-other", "delete Secret edge-issuers-cloudflare-other"],
  },
];
