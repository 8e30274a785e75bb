import type { World } from "../../../lab";
import type { Change } from "./changes";

/** The kinds that certfleet's components make, by the names that the API server lists them under. */
const watched = [
  "certificates.cert-manager.io",
  "clusterissuers.cert-manager.io",
  "gateways.gateway.networking.k8s.io",
  "httproutes.gateway.networking.k8s.io",
  "namespaces",
  "secrets",
];

interface Metadata {
  uid: string;
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  managedFields?: { manager?: string }[];
}

export interface Listed {
  kind: string;
  type?: string;
  metadata: Metadata;
  spec?: unknown;
  data?: unknown;
}

interface Seen {
  uid: string;
  content: string;
}

/** What stacks made, by "Kind namespace/name". */
export type Objects = Map<string, Seen>;

/** The objects of stacks in all clusters. One that is in several is another thing than one that is in one. */
export async function takeObjects(worlds: readonly World[]): Promise<Objects> {
  const all = new Map<string, Seen>();
  for (const [key, seen] of (await Promise.all(worlds.map(listObjects))).flatMap((items) => objectsOf(items))) {
    const other = all.get(key);
    all.delete(key);
    all.set(other ? `${key} in several clusters` : key, seen);
  }
  return all;
}

async function listObjects(world: World): Promise<Listed[]> {
  const served = (await world.kubectl(["api-resources", "--verbs=list", "-o", "name"])).split("\n");
  const kinds = watched.filter((kind) => served.includes(kind)).join(",");
  const list = await world.kubectl(["get", kinds, "-A", "-o", "json", "--show-managed-fields"]);
  return (JSON.parse(list) as { items: Listed[] }).items;
}

/** Objects of one cluster that the Kubernetes plugin wrote, and Helm's releases. */
export function objectsOf(items: readonly Listed[]): [string, Seen][] {
  const own = items.filter(({ metadata }) =>
    metadata.managedFields?.some(({ manager }) => manager?.startsWith("pulumi-kubernetes")),
  );
  return [...own.map(object), ...releases(items)];
}

/** What somebody wrote into an object; status is the controllers' own. */
function object({ kind, metadata, spec, data }: Listed): [string, Seen] {
  const { uid, labels, annotations, name, namespace } = metadata;
  const id = namespace ? `${namespace}/${name}` : name;
  return [`${kind} ${id}`, { uid, content: JSON.stringify({ labels, annotations, spec, data }) }];
}

/** Helm keeps a Secret of each revision: the first stands for the release, the last number for its content. */
function releases(items: readonly Listed[]): [string, Seen][] {
  const revisions = items
    .filter(({ type }) => type === "helm.sh/release.v1")
    .sort((a, b) => revisionOf(a) - revisionOf(b));
  const last = new Map(revisions.map((revision) => [releaseOf(revision), revisionOf(revision)]));
  return [...last].map(([key, number]) => {
    const { uid } = revisions.find((revision) => releaseOf(revision) === key)!.metadata;
    return [key, { uid, content: String(number) }];
  });
}

const revisionOf = ({ metadata }: Listed): number => Number(metadata.labels?.version);
const releaseOf = ({ metadata }: Listed): string => `Release ${metadata.namespace}/${metadata.labels?.name}`;

/** "update Certificate cafe/shop-example-com" for everything that is not as it was. */
export function clusterChanges(before: Objects, after: Objects): string[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
  return keys.flatMap((key) => {
    const [was, is] = [before.get(key), after.get(key)];
    if (!was) return [`create ${key}`];
    if (!is) return [`delete ${key}`];
    if (was.uid !== is.uid) return [`replace ${key}`];
    return was.content === is.content ? [] : [`update ${key}`];
  });
}

/** The same of what the engine says it did. */
export function claimedChanges(changes: readonly Change[]): string[] {
  const kinds = changes.filter(({ type }) => type.startsWith("kubernetes:"));
  return kinds.flatMap(claims).sort();
}

function claims({ op, type, ids }: Change): string[] {
  const kind = type.split(":").pop()!;
  if (!op.includes("replace")) return [`${op} ${kind} ${ids.after ?? ids.before}`];
  if (ids.before === ids.after) return [`replace ${kind} ${ids.after}`];
  return [`delete ${kind} ${ids.before}`, `create ${kind} ${ids.after}`];
}

/** Where the cluster tells another story than the engine. */
export function contradictions(before: Objects, after: Objects, done: readonly Change[]): string[] {
  const [shown, claimed] = [clusterChanges(before, after), claimedChanges(done)];
  return [
    ...shown.filter((change) => !claimed.includes(change)).map((change) => `in the cluster, but not done: ${change}`),
    ...claimed.filter((change) => !shown.includes(change)).map((change) => `done, but not in the cluster: ${change}`),
  ];
}
