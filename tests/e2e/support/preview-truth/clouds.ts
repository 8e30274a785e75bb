import { cloudflareTokens, cloudflareZoneId, googleProject, hosts, zones, type World } from "../../../lab";
import type { Objects, Seen } from "./cluster";

type Entry = [string, Seen];

const seen = (kind: string, id: string, content: unknown = ""): Entry => [
  `${kind} ${id}`,
  { uid: id, content: JSON.stringify(content), own: true },
];

/** What a world's clouds hold, by the kinds and ids that Pulumi's providers give it. */
export async function takeClouds(world: World): Promise<Objects> {
  const all = await Promise.all([googleObjects(world), cloudflareTokensOf(world), recordsOf(world)]);
  return new Map(all.flat());
}

async function googleObjects({ edge }: World): Promise<Entry[]> {
  const { serviceAccounts, keys, roles, policies } = await edge.google();
  const live = roles.filter(({ deleted }) => deleted !== true);
  return [
    ...serviceAccounts.map(({ email }) => seen("Account", `projects/${googleProject.id}/serviceAccounts/${email}`)),
    ...keys.map(({ name }) => seen("Key", name)),
    ...live.map(({ name, includedPermissions }) => seen("IAMCustomRole", name, includedPermissions)),
    ...Object.entries(policies).flatMap(([resource, { bindings = [] }]) =>
      bindings.flatMap(({ role, members }) => members.map((member) => bound(resource, role, member))),
    ),
  ];
}

const bound = (resource: string, role: string, member: string): Entry =>
  seen(resource.includes("/managedZones/") ? "DnsManagedZoneIamMember" : "IAMMember", `${resource}/${role}/${member}`);

async function cloudflareTokensOf({ edge }: World): Promise<Entry[]> {
  const { user, account } = await edge.cloudflareTokens();
  return [
    ...user.map(({ id, policies, expires_on }) => seen("ApiToken", id, { policies, expires_on })),
    ...account.map(({ id, policies, expires_on }) => seen("AccountToken", id, { policies, expires_on })),
  ];
}

interface CloudflareRecord {
  id: string;
  type: string;
  content: string;
}

/** Records of hosts: those of challenges come and go. Both clouds know all zones; one that Cloud DNS manages is taken for its. */
async function recordsOf({ edge }: World): Promise<Entry[]> {
  const managed = Object.entries(await edge.managedZones()).map(
    ([zone, name]) => [zone, name.replace(/\.$/, "")] as const,
  );
  const all = await edge.records();
  const others = zones.filter((zone) => !managed.some(([, name]) => name === zone));
  return [
    ...managed.flatMap(([zone, domain]) => {
      const id = `projects/${googleProject.id}/managedZones/${zone}/rrsets`;
      const records = (all[domain] ?? []).filter(({ type }) => type !== "TXT");
      return records.map(({ name, type, content }) => seen("RecordSet", `${id}/${absolute(name)}/${type}`, content));
    }),
    ...(await Promise.all(others.map((zone) => cloudflareRecords(edge, zone)))).flat(),
  ];
}

async function cloudflareRecords(edge: World["edge"], zone: string): Promise<Entry[]> {
  const path = `/client/v4/zones/${cloudflareZoneId(zone)}/dns_records`;
  const asked = { host: hosts.cloudflare, path, token: cloudflareTokens.admin };
  const { result } = await edge.askJson<{ result: CloudflareRecord[] }>(asked);
  return result.flatMap(({ id, type, content }) => (type === "TXT" ? [] : [seen("DnsRecord", id, { type, content })]));
}

const absolute = (name: string): string => (name.endsWith(".") ? name : `${name}.`);
