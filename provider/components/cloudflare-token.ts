import * as pulumi from "@pulumi/pulumi";
import type { CloudflareArgs } from "../dns/cloudflare";
import { groupIds, zoneResources } from "../dns/cloudflare/policy";
import type { Entry } from "../dns/contract";
import { cloudflare } from "./cloud-sdks";

/** A token for the zones of an entry alone. Each rotation has one of its own: Cloudflare renames a token without changing its value. */
export function makeToken(
  name: string,
  args: CloudflareArgs,
  entry: Entry,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { accountId, expiresOn } = args.token!;
  const invoke = { parent: opts.parent };
  const policies = [
    { effect: "allow", permissionGroups: groups(accountId, invoke), resources: scope(args, entry, invoke) },
  ];
  const token = { name: `${pulumi.getProject()}/${pulumi.getStack()} ${name}`.slice(0, 120), policies, expiresOn };
  return accountId === undefined
    ? new (cloudflare.apiToken().ApiToken)(name, token, opts).value
    : new (cloudflare.accountToken().AccountToken)(name, { ...token, accountId }, opts).value;
}

/** Looked up without a name: Cloudflare's API takes that in an encoding that has changed. */
function groups(accountId: string | undefined, opts: pulumi.InvokeOptions): pulumi.Output<{ id: string }[]> {
  return accountId === undefined
    ? cloudflare
        .getGroups()
        .getApiTokenPermissionGroupsListOutput({}, opts)
        .apply(({ results }) => groupIds(results))
    : cloudflare
        .getAccountGroups()
        .getAccountApiTokenPermissionGroupsListOutput({ accountId }, opts)
        .apply(({ results }) => groupIds(results));
}

function scope(args: CloudflareArgs, { zones }: Entry, opts: pulumi.InvokeOptions): pulumi.Output<string> {
  const account = args.token?.accountId === undefined ? {} : { account: { id: args.token.accountId } };
  const lookUp = (name: string) => cloudflare.getZone().getZoneOutput({ filter: { name, ...account } }, opts).zoneId;
  return pulumi
    .output(args.zoneIds ?? {})
    .apply((ids: Record<string, string>) => pulumi.all(zones!.map((zone) => ids[zone] ?? lookUp(zone))))
    .apply(zoneResources);
}
