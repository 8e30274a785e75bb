/** The permission groups of a token for DNS-01, by the names that Cloudflare's API knows them by. */
export const permissionGroups = ["DNS Write", "Zone Read"];

interface Group {
  id: string;
  name: string;
}

/** The ids of these groups among all that Cloudflare has. */
export function groupIds(known: readonly Group[]): { id: string }[] {
  return permissionGroups.map((name) => {
    const found = known.find((group) => group.name === name);
    if (found) return { id: found.id };
    throw new Error(`Cloudflare has no permission group ${JSON.stringify(name)}, so no token can be made`);
  });
}

/** The scope of a token as Cloudflare's provider takes it: JSON, in an order that never changes by itself. */
export function zoneResources(zoneIds: readonly string[]): string {
  const keys = [...new Set(zoneIds)].sort().map((id) => [`com.cloudflare.api.account.zone.${id}`, "*"]);
  return JSON.stringify(Object.fromEntries(keys));
}
