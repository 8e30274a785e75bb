import type { ChallengeEntry, KindName } from "../../provider/dns";

type Fragment = Record<string, unknown>;

/** A kind as the conformance suites try it. */
export interface SolverCase {
  /** The kind's args as a program gives them. */
  fragment: Fragment;
  /** The value of `dnsSecrets` under the name that `fragment` has as `secret`; absent where the kind takes none. */
  secret?: string;
  /** What of the secret must be found nowhere in clear, where that is not all of it. */
  planted?: string;
  /** Zone that the entry serves, and whether the lab's DNS can prove names in it by this kind. */
  zone: string;
  issues?: boolean;
  /** Other forms that cert-manager must accept. */
  forms?: Fragment[];
}

const account = { username: "lab", password: "planted-acme-dns-password", fulldomain: "d.auth.test", subdomain: "d" };
const guid = (digit: number): string => "00000000-0000-0000-0000-000000000000".replaceAll("0", String(digit));
const azureZone = { subscriptionId: guid(1), resourceGroupName: "dns" };
const role = "arn:aws:iam::123456789012:role/dns";

/** One case of each kind: a kind that is missing does not compile, and fails the suites. */
export const solverCases: { [K in KindName]: SolverCase } = {
  acmeDns: {
    fragment: { host: "https://auth.acme-dns.test", secret: "accounts" },
    secret: JSON.stringify({ "acme-dns.test": account }),
    planted: account.password,
    zone: "acme-dns.test",
    forms: [{ host: "http://10.0.0.1:8080", existingSecret: { name: "theirs", key: "accounts" } }],
  },
  azureDns: {
    fragment: { ...azureZone, clientId: guid(2), tenantId: guid(3), secret: "azure", hostedZoneName: "azure.test" },
    secret: "planted-azure-client-secret",
    zone: "azure.test",
    forms: [
      { ...azureZone, environment: "AzureUSGovernmentCloud" },
      { ...azureZone, managedIdentity: { clientId: guid(4), tenantId: guid(5) } },
      { ...azureZone, managedIdentity: { resourceId: "/subscriptions/1/resourceGroups/dns" } },
    ],
  },
  cloudDns: {
    fragment: { project: "lab-project", secret: "google", hostedZoneName: "example-org" },
    secret: JSON.stringify({ type: "service_account", project_id: "lab-project", private_key: "planted-google-key" }),
    planted: "planted-google-key",
    zone: "example.org",
    issues: true,
    forms: [{ project: "lab-project" }, { project: "lab-project", workloadIdentity: {} }],
  },
  cloudflare: {
    fragment: { secret: "cloudflare" },
    secret: "planted-cloudflare-token",
    zone: "example.com",
    issues: true,
    forms: [{ existingSecret: { name: "theirs" } }],
  },
  raw: {
    fragment: { spec: { digitalocean: { tokenSecretRef: { name: "digitalocean", key: "access-token" } } } },
    zone: "raw.test",
  },
  rfc2136: {
    fragment: { nameserver: "10.200.0.53:53", tsigKeyName: "lab-update", secret: "update" },
    secret: "cGxhbnRlZC10c2lnLXNlY3JldA==",
    zone: "example.net",
    issues: true,
    forms: [
      { nameserver: "[2001:db8::53]:53" },
      {
        nameserver: "ns.example.net",
        protocol: "TCP",
        tsigKeyName: "k",
        tsigAlgorithm: "HMACSHA512",
        secret: "update",
      },
    ],
  },
  route53: {
    fragment: { region: "eu-central-1", hostedZoneId: "Z1", accessKeyId: "AKIAIOSFODNN7EXAMPLE", secret: "aws" },
    secret: "planted-aws-secret-access-key",
    zone: "route53.test",
    forms: [{}, { role }, { role, serviceAccountRef: { name: "dns", audiences: ["sts.amazonaws.com"] } }],
  },
  webhook: {
    fragment: {
      groupName: "acme.example.com",
      solverName: "bunny",
      config: { apiKeySecretRef: { name: "b", key: "k" } },
    },
    zone: "webhook.test",
    forms: [{ groupName: "acme.example.com", solverName: "bunny" }],
  },
};

/** The entry of `challenges` of a case. */
export const solverEntry = (kind: KindName, fragment: Fragment, over: Partial<ChallengeEntry> = {}): Fragment => ({
  zones: [solverCases[kind].zone],
  ...over,
  [kind]: fragment,
});
