/** A value from the program's configuration that is a secret. */
export class ConfigSecret {
  constructor(readonly key: string) {}
}

/** An output of another stack. */
export class StackOutput {
  constructor(
    readonly stack: string,
    readonly output: string,
  ) {}
}

/** Whether a value comes from elsewhere than the program's text. */
export const isElsewhere = (value: unknown): value is ConfigSecret | StackOutput =>
  value instanceof ConfigSecret || value instanceof StackOutput;

/** A program of one resource, as data, so that each language can spell it and a test can check it. */
export interface Example {
  /** Logical name, and name of the variable. */
  name: string;
  args: Record<string, unknown>;
}

const acme = { email: "ops@example.com", environment: "production" };
const challenges = [{ cloudflare: { secret: "main" } }];
const dnsSecrets = { main: new ConfigSecret("cloudflareApiToken") };

/** The example of each component, custom resource, and of the provider, by token. */
export const examples: Readonly<Record<string, Example>> = {
  "certfleet:index:ClusterTls": {
    name: "edge",
    args: {
      acme,
      challenges,
      dnsSecrets,
      defaults: { namespace: "web", route: { gatewayApi: { gatewayClassName: "istio" } } },
      domains: [
        { host: "shop.example.com", backend: { service: "shop", port: 80 } },
        { host: "*.apps.example.com", certificateOnly: true },
      ],
    },
  },
  "certfleet:index:CertManager": { name: "certs", args: { namespace: "certs", values: { replicaCount: 2 } } },
  "certfleet:index:DnsCredentials": {
    name: "dns",
    args: { zones: ["example.com"], cloudDns: { project: "example-dns" }, namespace: "shop" },
  },
  "certfleet:index:Issuers": {
    name: "issuers",
    args: {
      acme,
      challenges: [
        ...challenges,
        {
          zones: ["example.org"],
          rfc2136: { nameserver: "ns1.example.org", tsigKeyName: "certs", secret: "tsig" },
        },
      ],
      dnsSecrets: { ...dnsSecrets, tsig: new ConfigSecret("tsigSecret") },
    },
  },
  "certfleet:index:TlsDomain": {
    name: "shop",
    args: {
      platform: new StackOutput("example/platform/production", "platform"),
      host: "shop.example.com",
      namespace: "shop",
      backend: { service: "shop", port: 80 },
    },
  },
  "certfleet:index:CertManagerPreflight": { name: "before", args: { version: "1.21.2", namespace: "certs" } },
  "certfleet:index:DnsReadiness": {
    name: "reachable",
    args: { host: "shop.example.com", addresses: ["203.0.113.7", "2001:db8::7"] },
  },
  "certfleet:index:GatewayPreflight": { name: "before", args: { gatewayClassNames: ["istio"] } },
  "certfleet:index:Readiness": {
    name: "issued",
    args: { kind: "Certificate", namespace: "web", name: "shop-example-com" },
  },
  "certfleet:index:TlsSecret": { name: "tls", args: { namespace: "web", name: "shop-example-com-tls" } },
  "pulumi:providers:certfleet": {
    name: "internal",
    args: { directory: "https://ca.example.com/acme/directory", resolvers: ["192.0.2.53:53"] },
  },
};
