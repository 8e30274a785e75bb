import type { Cluster, Selection, StoredObject } from "./client";
import { ClusterError } from "./failure";
import { describe, describeAll, type Kind, type Place } from "./kinds";

/** What was asked for, and may not be read. */
export class Denied {
  constructor(
    /** "GatewayClass istio", or "Orders" */
    readonly object: string,
    /** The right that is missing, as `kubectl auth can-i` takes it. */
    readonly right: string,
  ) {}
}

/** An object, none, or no right to tell. */
export type Found<T extends StoredObject = StoredObject> = T | undefined | Denied;

/** Reads an object as far as that is permitted. */
export const getPermitted = <T extends StoredObject = StoredObject>(
  cluster: Pick<Cluster, "get">,
  kind: Kind,
  place: Place,
): Promise<Found<T>> =>
  permitted(cluster.get<T>(kind, place), new Denied(describe(kind, place), rightTo("get", kind, place)));

/** Reads objects as far as that is permitted; undefined where their kind is not served. */
export const listPermitted = <T extends StoredObject = StoredObject>(
  cluster: Pick<Cluster, "list">,
  kind: Kind,
  selection: Selection = {},
): Promise<T[] | undefined | Denied> =>
  permitted(cluster.list<T>(kind, selection), new Denied(describeAll(kind, {}), rightTo("list", kind, selection)));

/** "list orders.acme.cert-manager.io --namespace cafe" */
export function rightTo(verb: string, { apiVersion, plural }: Kind, { namespace }: { namespace?: string | undefined }) {
  const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
  return [verb, `${plural}${group}`, ...(namespace === undefined ? [] : ["--namespace", namespace])].join(" ");
}

async function permitted<T>(asked: Promise<T>, denied: Denied): Promise<T | Denied> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ClusterError && error.status === 403) return denied;
    throw error;
  }
}

/** What was found, where it does not matter why nothing was. */
export const foundOr = <T, E>(found: T | undefined | Denied, otherwise: E): T | E =>
  found === undefined || found instanceof Denied ? otherwise : found;
