import type { World } from "../../../lab";
import type { Change } from "./changes";

/** The kinds that certfleet's components make, by the names that the API server lists them under. */
const watched = [
  "certificaterequests.cert-manager.io",
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

export interface Seen {
  uid: string;
  content: string;
  /** Whether a stack wrote it. */
  own: boolean;
}

/** What there is, by "Kind namespace/name", or by the id that a cloud gives it. */
export type Objects = Map<string, Seen>;

/** The objects of all clusters. One that is in several is another thing than one that is in one. */
export async function takeObjects(worlds: readonly World[]): Promise<Objects> {
  const all: Objects = new Map();
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

/** Objects of one cluster, and Helm's releases. */
export const objectsOf = (items: readonly Listed[]): [string, Seen][] => [...items.map(object), ...releases(items)];

/** Whether the Kubernetes plugin wrote it. */
const isOwn = ({ managedFields = [] }: Metadata): boolean =>
  managedFields.some(({ manager }) => manager?.startsWith("pulumi-kubernetes"));

/** What somebody wrote into an object; status is the controllers' own. */
function object({ kind, metadata, spec, data }: Listed): [string, Seen] {
  const { uid, labels, annotations, name, namespace } = metadata;
  const id = namespace ? `${namespace}/${name}` : name;
  const content = JSON.stringify({ labels, annotations, spec, data });
  return [`${kind} ${id}`, { uid, content, own: isOwn(metadata) }];
}

/** Helm keeps a Secret of each revision: the first stands for the release, the last number for its content. */
function releases(items: readonly Listed[]): [string, Seen][] {
  const revisions = items
    .filter(({ type }) => type === "helm.sh/release.v1")
    .sort((a, b) => revisionOf(a) - revisionOf(b));
  const last = new Map(revisions.map((revision) => [releaseOf(revision), revisionOf(revision)]));
  return [...last].map(([key, number]) => {
    const { uid } = revisions.find((revision) => releaseOf(revision) === key)!.metadata;
    return [key, { uid, content: String(number), own: true }];
  });
}

const revisionOf = ({ metadata }: Listed): number => Number(metadata.labels?.version);
const releaseOf = ({ metadata }: Listed): string => `Release ${metadata.namespace}/${metadata.labels?.name}`;

/** "update Certificate cafe/shop-example-com" for everything of stacks that is not as it was. */
export function shownChanges(before: Objects, after: Objects): string[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
  return keys.flatMap((key) => {
    const op = shownChange(before.get(key), after.get(key));
    return op ? [`${op} ${key}`] : [];
  });
}

function shownChange(was: Seen | undefined, is: Seen | undefined): string | undefined {
  if (!is?.own) return was?.own ? "delete" : undefined;
  if (!was) return "create";
  // What others made is taken over as it is, or it is gone.
  if (!was.own) return was.uid === is.uid ? "import" : "replace";
  if (was.uid !== is.uid) return "replace";
  return was.content === is.content ? undefined : "update";
}

/** The plugins whose resources the tests can see for themselves. */
const visible = /^(kubernetes|gcp|cloudflare):/;

/** The same of what the engine says it did. */
export function claimedChanges(changes: readonly Change[]): string[] {
  const claimed = changes.filter(({ type }) => visible.test(type)).flatMap(claims);
  // What is taken over is changed by the way.
  const imported = claimed.flatMap((claim) => (claim.startsWith("import ") ? [claim.replace("import", "update")] : []));
  return claimed.filter((claim) => !imported.includes(claim)).sort();
}

function claims({ op, type, ids }: Change): string[] {
  const kind = type.split(":").pop()!;
  if (!op.includes("replace")) return [`${op} ${kind} ${ids.after ?? ids.before}`];
  if (ids.before === ids.after) return [`replace ${kind} ${ids.after}`];
  return [`delete ${kind} ${ids.before}`, `create ${kind} ${ids.after}`];
}

/** Where clusters and clouds tell another story than the engine. */
export function contradictions(before: Objects, after: Objects, done: readonly Change[]): string[] {
  const [shown, claimed] = [shownChanges(before, after), claimedChanges(done)];
  return [
    ...shown.filter((change) => !claimed.includes(change)).map((change) => `is there, but not done: ${change}`),
    ...claimed.filter((change) => !shown.includes(change)).map((change) => `done, but not there: ${change}`),
  ];
}
