import type { World } from "../../lab";

/** Objects that come and go by themselves, whatever a stack does; APIServices mirror CRDs. */
const transient =
  /^(events|leases|endpointslices|endpoints|pods|nodes|componentstatuses|apiservices|.*\.metrics\.k8s\.io|.*\.events\.k8s\.io|events\..*)/;

export interface Inventory {
  /** "Kind namespace/name" of every object of the cluster. */
  objects: string[];
  /** Those among them that cert-manager is meant to leave behind: its CRDs, and the Secrets that it made itself. */
  kept: Set<string>;
}

/** Secrets that cert-manager keeps for itself: account keys and its webhook's CA. They stay where its namespace does. */
const ownSecrets = /-account-key(-|$)|^cert-manager-webhook-ca$/;

interface Listed {
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string>; labels?: Record<string, string> };
}

export async function takeInventory(world: World): Promise<Inventory> {
  const names = (await world.kubectl(["api-resources", "--verbs=list", "-o", "name"])).split("\n").filter(Boolean);
  const kinds = names.filter((name) => !transient.test(name)).join(",");
  const list = JSON.parse(await world.kubectl(["get", kinds, "-A", "-o", "json", "--ignore-not-found"])) as {
    items: Listed[];
  };
  const objects = list.items.map(describe).sort();
  return { objects, kept: new Set(list.items.filter(isKept).map(describe)) };
}

const describe = ({ kind, metadata }: Listed): string =>
  `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ""}${metadata.name}`;

function isKept({ kind, metadata }: Listed): boolean {
  if (kind === "CustomResourceDefinition") return metadata.name.endsWith("cert-manager.io");
  return (
    kind === "Secret" &&
    (metadata.annotations?.["cert-manager.io/certificate-name"] !== undefined || ownSecrets.test(metadata.name))
  );
}

export interface Leftovers {
  /** What nobody asked to stay. */
  left: string[];
  kept: string[];
}

/** What a cluster holds after a destroy that it did not hold before. */
export function leftovers(before: Inventory, after: Inventory): Leftovers {
  const known = new Set(before.objects);
  const fresh = after.objects.filter((object) => !known.has(object));
  return {
    left: fresh.filter((object) => !after.kept.has(object)),
    kept: fresh.filter((object) => after.kept.has(object)),
  };
}
