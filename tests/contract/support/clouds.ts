import type { Constructed, ConstructOptions } from "./construct";
import type { Registration } from "./fake-monitor";
import { secretValue } from "./wire";

export const base64 = (text: string): string => Buffer.from(text).toString("base64");
export const keyFile = (project: string): string =>
  JSON.stringify({ type: "service_account", project_id: project, private_key: "planted-private-key" });

/** What the providers say of what they made. */
function made({ type, name, object }: Registration): Record<string, unknown> {
  switch (type) {
    case "gcp:serviceaccount/account:Account": {
      const email = `${String(object.accountId)}@acme-dns.iam.gserviceaccount.com`;
      return { email, name: `projects/acme-dns/serviceAccounts/${email}`, member: `serviceAccount:${email}` };
    }
    case "gcp:projects/iAMCustomRole:IAMCustomRole":
      return { name: `projects/acme-dns/roles/${String(object.roleId)}` };
    case "gcp:serviceaccount/key:Key":
      return { privateKey: secretValue(base64(`key of ${name}`)) };
    case "gcp:dns/managedZone:ManagedZone":
      return { nameServers: ["ns1.example.net.", "ns2.example.net."] };
    case "cloudflare:index/apiToken:ApiToken":
    case "cloudflare:index/accountToken:AccountToken":
      return { value: secretValue(`token of ${name}`) };
    default:
      return {};
  }
}

const groups = {
  results: [
    { id: "other", name: "Zone Write", scopes: [] },
    { id: "group-dns", name: "DNS Write", scopes: [] },
    { id: "group-zone", name: "Zone Read", scopes: [] },
  ],
};

const functions: Record<string, (args: Record<string, unknown>) => Record<string, unknown>> = {
  "cloudflare:index/getApiTokenPermissionGroupsList:getApiTokenPermissionGroupsList": () => groups,
  "cloudflare:index/getAccountApiTokenPermissionGroupsList:getAccountApiTokenPermissionGroupsList": () => groups,
  "cloudflare:index/getZone:getZone": (args: Record<string, unknown>) => ({
    zoneId: `id-of-${(args.filter as { name: string }).name}`,
  }),
};

export const providers = {
  gcp: "urn:pulumi:test::shop::pulumi:providers:gcp::google::11111111-1111-1111-1111-111111111111",
  cloudflare: "urn:pulumi:test::shop::pulumi:providers:cloudflare::cf::22222222-2222-2222-2222-222222222222",
};

export const withClouds: ConstructOptions = {
  outputs: made,
  invoke: (token, args) => functions[token]!(args),
  customize: (request) =>
    Object.entries(providers).forEach(([name, reference]) => request.getProvidersMap().set(name, reference)),
};

export const credentials: ConstructOptions = { ...withClouds, type: "certfleet:index:DnsCredentials", name: "dns" };
export const issuers: ConstructOptions = { ...withClouds, type: "certfleet:index:Issuers", name: "issuers" };

/** "type name" of what is made at a cloud or in the cluster. */
export const custom = ({ registrations }: Constructed): string[] =>
  registrations.filter((one) => one.custom).map(({ type, name }) => `${type} ${name}`);
