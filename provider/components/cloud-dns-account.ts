import type * as dns from "@pulumi/gcp/dns";
import type * as serviceaccount from "@pulumi/gcp/serviceaccount";
import * as pulumi from "@pulumi/pulumi";
import { hostedZoneOf, type CloudDnsArgs } from "../dns/cloud-dns";
import { accountIdOf, roleIdOf } from "../dns/cloud-dns/names";
import { dnsPermissions } from "../dns/cloud-dns/permissions";
import type { Entry } from "../dns/contract";
import { gcp } from "./cloud-sdks";

/** A service account, and all that it may do. */
export interface CloudDnsAccount {
  account: serviceaccount.Account;
  /** What grants it its rights. */
  binding: pulumi.Resource;
}

/** A service account that may solve challenges in one managed zone, or in a project where the zone has to be looked up. */
export function makeAccount(
  name: string,
  args: CloudDnsArgs,
  entry: Entry,
  zone: dns.ManagedZone | undefined,
  opts: pulumi.CustomResourceOptions,
): CloudDnsAccount {
  const { project, serviceAccount: given } = args;
  const maker = { project: pulumi.getProject(), stack: pulumi.getStack(), component: name };
  const displayName = `${name} (DNS-01)`;
  const account = new (gcp.serviceaccount().Account)(
    name,
    { accountId: given?.accountId ?? accountIdOf(maker), displayName, project },
    opts,
  );
  const managedZone = hostedZoneOf(args, entry);
  const role = new (gcp.projects().IAMCustomRole)(
    name,
    {
      roleId: given?.roleId ?? roleIdOf(maker),
      title: displayName.slice(0, 100),
      permissions: dnsPermissions(managedZone),
      project,
    },
    opts,
  );
  const granted = { project, role: role.name, member: account.member };
  const binding =
    managedZone === undefined
      ? new (gcp.projects().IAMMember)(name, granted, opts)
      : new (gcp.dns().DnsManagedZoneIamMember)(name, { ...granted, managedZone: zone?.name ?? managedZone }, opts);
  return { account, binding };
}

/** A key of the account; each rotation has one of its own. */
export function makeKey(
  name: string,
  { account, binding }: CloudDnsAccount,
  opts: pulumi.CustomResourceOptions,
): serviceaccount.Key {
  // The key is written down last, so whoever waits for its Secret waits for the rights too.
  return new (gcp.serviceaccount().Key)(name, { serviceAccountId: account.name }, { ...opts, dependsOn: [binding] });
}

/** Lets cert-manager's own ServiceAccount act as the account (GKE Workload Identity). */
export function bindIdentity(
  name: string,
  { account }: CloudDnsAccount,
  { project, workloadIdentity }: CloudDnsArgs,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): serviceaccount.IAMMember {
  const { pool, kubernetesServiceAccount } = workloadIdentity!;
  const member = pulumi.interpolate`serviceAccount:${pool ?? `${project}.svc.id.goog`}[${namespace}/${kubernetesServiceAccount}]`;
  const args = { serviceAccountId: account.name, role: "roles/iam.workloadIdentityUser", member };
  return new (gcp.serviceaccount().IAMMember)(name, args, opts);
}
