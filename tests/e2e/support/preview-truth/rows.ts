import { addresses, cloudflareTokens } from "../../../lab";
import { renameContext, withArgs, withDomain, withDomains } from "./program";
import { defaultProvider, domain, issued, objects, routes, selfSigned, type Row } from "./row";

const acmeHost = "coffee.example.net";
const [tea, pie] = ["tea.example.com", "pie.example.com"];

/** A domain whose certificates come at once, from a ClusterIssuer that the lab has made. */
const cheapDomain = (host: string) => ({
  host,
  backend: { service: "tea-svc", port: 80 },
  issuer: { name: "self-signed" },
});

/** Changes of domains, of the installation and of the cluster. */
export const rows: Row[] = [
  {
    change: "first installation",
    apply: (program) => program,
    expected: [
      "create Stack preview-truth-lab",
      "create kubernetes cluster",
      `create ${defaultProvider("certfleet")}`,
      "create ClusterTls edge",
      "create CertManager edge-cert-manager",
      "create CertManagerPreflight edge-cert-manager",
      "create Namespace edge-cert-manager",
      "create Release edge-cert-manager",
      "create Issuers edge-issuers",
      "create DnsCredentials edge-issuers-cloudflare-main",
      "create Secret edge-issuers-cloudflare-main",
      "create ClusterIssuer edge-issuers-staging",
      ...domain("create", acmeHost),
    ],
    certificates: issued(acmeHost),
  },
  { change: "nothing", apply: (program) => program, expected: [] },
  {
    change: "domain added",
    given: [selfSigned("self-signed"), selfSigned("other-self-signed")],
    apply: (program) => withDomains(program, (domains) => [...domains, cheapDomain(tea)]),
    expected: domain("create", tea),
    certificates: issued(tea),
  },
  {
    change: "domains reordered",
    apply: (program) => withDomains(program, (domains) => domains.toReversed()),
    expected: [],
  },
  {
    change: "domain renamed",
    apply: (program) => withDomain(program, tea, { host: pie }),
    expected: [...domain("create", pie), ...domain("delete", tea)],
    certificates: issued(pie),
  },
  {
    change: "backend changed",
    apply: (program) => withDomain(program, pie, { backend: { service: "coffee-svc", port: 80 } }),
    expected: [`update HTTPRoute edge-${pie} (spec.rules)`],
  },
  {
    change: "SAN added",
    apply: (program) => withDomain(program, pie, { additionalDnsNames: ["www.pie.example.com"] }),
    expected: [`update Certificate edge-${pie} (spec.dnsNames)`],
    certificates: issued(pie),
  },
  {
    change: "key algorithm changed",
    apply: (program) => withDomain(program, pie, { privateKey: { algorithm: "RSA", size: 2048 } }),
    expected: [`update Certificate edge-${pie} (spec.privateKey.algorithm, spec.privateKey.size)`],
    certificates: issued(pie),
  },
  {
    change: "renewal windows set",
    apply: (program) =>
      withDomain(program, pie, { renewal: { windows: [{ cron: "0 3 * * mon-fri", windowDuration: "4h" }] } }),
    expected: [`update Certificate edge-${pie} (spec.renewal)`],
  },
  {
    change: "renewal switched off",
    apply: (program) => withDomain(program, pie, { renewal: { policy: "Disabled" } }),
    expected: [`update Certificate edge-${pie} (spec.renewal.policy, spec.renewal.windows)`],
  },
  {
    change: "issuer changed",
    apply: (program) => withDomain(program, pie, { issuer: { name: "other-self-signed" } }),
    expected: [`update Certificate edge-${pie} (spec.issuerRef.name)`],
    certificates: issued(pie),
  },
  {
    change: "labels changed",
    apply: (program) => withDomain(program, pie, { labels: { team: "bakery" } }),
    expected: objects("update", pie, " (metadata.labels.team)"),
  },
  {
    change: "gateway class changed",
    given: [
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "GatewayClass",
        metadata: { name: "other" },
        spec: { controllerName: "traefik.io/gateway-controller" },
      },
    ],
    apply: (program) => withDomain(program, pie, { route: { gatewayApi: { gatewayClassName: "other" } } }),
    expected: [`update Gateway edge-${pie} (spec.gatewayClassName)`],
  },
  {
    // An object cannot move: each is made in the new namespace, and only then deleted from the old one.
    change: "namespace changed",
    given: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "bakery" } }],
    apply: (program) => withDomain(program, pie, { namespace: "bakery" }),
    expected: objects("replace", pie, " (metadata.namespace)"),
    certificates: issued(pie, "bakery"),
  },
  {
    change: "redirect switched off",
    apply: (program) => withDomain(program, pie, { redirect: false }),
    expected: [`delete HTTPRoute edge-${pie}-redirect`],
  },
  {
    change: "certificateOnly switched on",
    apply: (program) => withDomain(program, acmeHost, { certificateOnly: true, backend: undefined }),
    expected: routes("delete", acmeHost),
  },
  {
    change: "domain removed",
    apply: (program) => withDomains(program, (domains) => domains.filter(({ host }) => host !== pie)),
    expected: domain("delete", pie).filter((change) => !change.endsWith("-redirect")),
  },
  {
    change: "chart upgraded",
    apply: (program) => withArgs(program, { certManager: { version: "1.21.2" } }),
    expected: ["update CertManagerPreflight edge-cert-manager (version)", "update Release edge-cert-manager (version)"],
  },
  {
    change: "CRDs to go with the rest",
    apply: (program) => withArgs(program, { certManager: { version: "1.21.2", purge: true } }),
    expected: ["update Release edge-cert-manager (values.crds.keep)"],
  },
  {
    // A Secret's name is fixed, so the old one must go first: for a moment there is none.
    change: "secret rotated",
    apply: (program) => ({ ...program, dnsSecrets: { main: cloudflareTokens.exampleNet } }),
    expected: ["delete-before-replace Secret edge-issuers-cloudflare-main (data.api-token)"],
  },
  {
    change: "ACME environment changed",
    apply: (program) => withArgs(program, { acme: { ...program.args.acme, environment: "production" } }),
    expected: [
      "create ClusterIssuer edge-issuers-production",
      `update Certificate edge-${acmeHost} (spec.issuerRef.name)`,
      "delete ClusterIssuer edge-issuers-staging",
    ],
    certificates: issued(acmeHost),
  },
  {
    change: "account key rotated",
    apply: (program) => withArgs(program, { acme: { ...program.args.acme, accountKeyRotation: "2026-11" } }),
    expected: ["update ClusterIssuer edge-issuers-production (spec.acme.privateKeySecretRef.name)"],
  },
  {
    change: "provider changed: other names for the same cluster",
    apply: (program) => ({ ...program, kubeconfig: renameContext(program.kubeconfig, "renamed") }),
    expected: ["update kubernetes cluster (kubeconfig)"],
  },
  {
    // Without a clusterIdentifier all would be replaced, in vain: what is to be made is there already.
    change: "provider changed: another address of the cluster",
    apply: (program) => ({ ...program, kubeconfig: program.kubeconfig.replace("127.0.0.1", addresses.apiserver) }),
    expected: ["update kubernetes cluster (kubeconfig)"],
  },
  {
    change: "provider changed: enableSecretMutable",
    apply: (program) => ({ ...program, provider: { ...program.provider, enableSecretMutable: true } }),
    expected: ["update kubernetes cluster (enableSecretMutable)"],
  },
  {
    change: "secret rotated, mutable",
    apply: (program) => ({ ...program, dnsSecrets: { main: cloudflareTokens.full } }),
    expected: ["update Secret edge-issuers-cloudflare-main (data.api-token)"],
  },
  {
    change: "last domain removed",
    apply: (program) => withDomains(program, () => []),
    expected: [`delete TlsDomain edge-${acmeHost}`, `delete Certificate edge-${acmeHost}`],
  },
  {
    change: "provider changed: another cluster",
    apply: (program, { otherKubeconfig: kubeconfig }) => ({
      ...program,
      provider: { ...program.provider, clusterIdentifier: "other" },
      kubeconfig,
    }),
    expected: [
      "replace kubernetes cluster (clusterIdentifier, kubeconfig)",
      "replace Namespace edge-cert-manager",
      "replace Release edge-cert-manager",
      "replace Secret edge-issuers-cloudflare-main",
      "replace ClusterIssuer edge-issuers-production",
    ],
  },
];
