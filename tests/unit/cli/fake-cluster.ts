import type { Cluster, NewObject, StoredObject } from "../../../provider/kubernetes/client";
import type { Kind, Place } from "../../../provider/kubernetes/kinds";

/** Objects by the plural of their kind; a kind without an entry is not served. */
export class FakeCluster implements Pick<Cluster, "get" | "list" | "create"> {
  constructor(readonly objects: Record<string, object[]>) {}

  private all<T>(kind: Kind): T[] | undefined {
    return this.objects[kind.plural] as T[] | undefined;
  }

  get<T extends StoredObject = StoredObject>(kind: Kind, place: Place): Promise<T | undefined> {
    const found = this.all<T>(kind)?.find(
      ({ metadata }) => metadata.name === place.name && metadata.namespace === place.namespace,
    );
    return Promise.resolve(found);
  }

  list<T extends StoredObject = StoredObject>(kind: Kind): Promise<T[] | undefined> {
    return Promise.resolve(this.all<T>(kind));
  }

  create<T extends StoredObject = StoredObject>(kind: Kind, object: NewObject): Promise<T> {
    this.objects[kind.plural]!.push(object);
    return Promise.resolve(object as unknown as T);
  }
}
