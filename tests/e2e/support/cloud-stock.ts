import type { World } from "../../lab";

export type CloudStock = Awaited<ReturnType<typeof takeStock>>;

/** What a world's clouds hold, by what tells one thing from another. */
export async function takeStock({ edge }: World) {
  const { serviceAccounts, keys, roles, policies } = await edge.google();
  const { user, account } = await edge.cloudflareTokens();
  return {
    serviceAccounts: serviceAccounts.map(({ email }) => email).sort(),
    keys: keys.map(({ name }) => name).sort(),
    roles: roles.flatMap(({ name, deleted, includedPermissions = [] }) =>
      deleted === true ? [] : [{ name, includedPermissions }],
    ),
    bindings: Object.values(policies).flatMap(({ bindings = [] }) => bindings.map(({ role }) => role)),
    zones: Object.values(await edge.managedZones()).sort(),
    tokens: { user: user.map(({ id }) => id), account: account.map(({ id }) => id) },
    records: Object.values(await edge.records()).flat(),
  };
}
