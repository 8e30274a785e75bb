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

interface Listed {
  kind: string;
  type?: string;
  metadata: {
    uid: string;
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec?: unknown;
  data?: unknown;
}

interface Seen {
  uid: string;
  content: string;
}

/** What the cluster holds, by "Kind namespace/name". */
export type Objects = Map<string, Seen>;

export async function takeObjects(world: World): Promise<Objects> {
  const served = (await world.kubectl(["api-resources", "--verbs=list", "-o", "name"])).split("\n");
  const kinds = watched.filter((kind) => served.includes(kind)).join(",");
  const { items } = JSON.parse(await world.kubectl(["get", kinds, "-A", "-o", "json"])) as { items: Listed[] };
  return new Map([...items.flatMap(object), ...releases(items)]);
}

/** What somebody wrote into an object; status is the controllers' own. Secrets that others made are none of the stack's. */
function object({ kind, metadata, spec, data }: Listed): [string, Seen][] {
  const { uid, labels, annotations } = metadata;
  if (kind === "Secret" && labels?.["app.kubernetes.io/managed-by"] !== "certfleet") return [];
  return [[`${kind} ${idOf(metadata)}`, { uid, content: JSON.stringify({ labels, annotations, spec, data }) }]];
}

const idOf = ({ namespace, name }: Listed["metadata"]): string => (namespace ? `${namespace}/${name}` : name);

/** Helm's releases, each as one object whose content is its revision: Helm keeps a Secret of each revision. */
function releases(items: readonly Listed[]): [string, Seen][] {
  const revisions = items.filter(({ type }) => type === "helm.sh/release.v1");
  const keys = [...new Set(revisions.map(releaseOf))];
  return keys.map((key) => {
    const numbers = revisions
      .filter((entry) => releaseOf(entry) === key)
      .map((entry) => entry.metadata.labels!.version);
    return [key, { uid: key, content: String(Math.max(...numbers.map(Number))) }];
  });
}

const releaseOf = ({ metadata }: Listed): string => `Release ${metadata.namespace}/${metadata.labels!.name}`;

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
