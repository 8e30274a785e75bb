import * as cloudflare from "@pulumi/cloudflare";
import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

interface Settings {
  rotation: string;
  description: string;
  permissions: string[];
  address: string;
  expiresOn: string;
  /** What else is made; "adopted" is imported by this id. */
  adopt?: string;
}

const { rotation, description, permissions, address, expiresOn, adopt } = config.requireObject<Settings>("settings");
const accountId = config.require("account");
const project = new pulumi.Config("gcp").require("project");

// Google: an account with a key, a role of its own on the project, another one on a zone, and who may act as it.
const solver = new gcp.serviceaccount.Account("solver", { accountId: "dns-solver", description });
const key = new gcp.serviceaccount.Key("key", { serviceAccountId: solver.name, keepers: { rotation } });
const role = new gcp.projects.IAMCustomRole("role", { roleId: "dnsSolver", title: "DNS solver", permissions });
new gcp.projects.IAMMember("project-member", { project, role: role.name, member: solver.member });
const existing = gcp.dns.getManagedZoneOutput({ name: "example-org" });
new gcp.dns.DnsManagedZoneIamMember("zone-member", {
  managedZone: existing.name,
  role: "roles/dns.admin",
  member: solver.member,
});
new gcp.serviceaccount.IAMMember("workload", {
  serviceAccountId: solver.name,
  role: "roles/iam.workloadIdentityUser",
  member: `serviceAccount:${project}.svc.id.goog[cert-manager/cert-manager]`,
});
const zone = new gcp.dns.ManagedZone("zone", { name: "sub", dnsName: "sub.example.org.", description });
new gcp.dns.RecordSet("record-set", {
  managedZone: zone.name,
  name: "www.sub.example.org.",
  type: "A",
  ttl: 60,
  rrdatas: [address],
});
if (adopt !== undefined) {
  const args = { managedZone: zone.name, name: "adopted.sub.example.org.", type: "A", ttl: 60, rrdatas: ["10.0.0.9"] };
  new gcp.dns.RecordSet("adopted", args, { import: adopt });
}

// Cloudflare: tokens of the user and of the account for one zone, and a record in it.
const com = cloudflare.getZoneOutput({ filter: { name: "example.com" } });
const groups = cloudflare.getApiTokenPermissionGroupsListOutput({ name: "DNS Write" });
const policies = [
  {
    effect: "allow",
    permissionGroups: groups.results.apply((found) => found.map(({ id }) => ({ id }))),
    resources: com.zoneId.apply((id) => JSON.stringify({ [`com.cloudflare.api.account.zone.${id}`]: "*" })),
  },
];
const token = new cloudflare.ApiToken("token", { name: "solver", policies, expiresOn });
new cloudflare.AccountToken("account-token", { accountId, name: "solver of the account", policies });
new cloudflare.DnsRecord("record", {
  zoneId: com.zoneId,
  name: "plugins.example.com",
  type: "A",
  ttl: 60,
  content: address,
});

export const member = solver.member;
export const keyName = key.name;
export const privateKey = key.privateKey;
export const tokenValue = token.value;
export const nameServers = zone.nameServers;
