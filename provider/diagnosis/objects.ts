import type { StoredObject } from "../kubernetes/client";

/** A condition of an object's status, as Kubernetes' API conventions have it. */
export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  observedGeneration?: number;
  lastTransitionTime?: string;
}

export interface StoredEvent extends StoredObject {
  involvedObject: { kind: string; name: string; namespace?: string; uid?: string };
  type?: string;
  reason?: string;
  message?: string;
  lastTimestamp?: string | null;
}

export const conditionsOf = ({ status }: StoredObject): Condition[] =>
  (status?.conditions as Condition[] | undefined) ?? [];

export const conditionOf = (object: StoredObject, type: string): Condition | undefined =>
  conditionsOf(object).find((condition) => condition.type === type);

/** Whether a condition holds, and of the object as it is now: a status that answers an earlier spec does not count. */
export function holds(object: StoredObject, type: string): boolean {
  const condition = conditionOf(object, type);
  return condition?.status === "True" && isCurrent(object, condition);
}

export const isCurrent = ({ metadata }: StoredObject, { observedGeneration }: Condition): boolean =>
  observedGeneration === undefined || observedGeneration === metadata.generation;

/** "Certificate cafe/shop" */
export function nameOf({ kind, metadata }: StoredObject): string {
  return `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ""}${metadata.name}`;
}

export const isOwnedBy = ({ metadata }: StoredObject, owner: StoredObject): boolean =>
  metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) ?? false;

/** The last that was said of an object, with the event's reason. */
export function lastEvent(events: readonly StoredEvent[], { metadata }: StoredObject): StoredEvent | undefined {
  const own = events.filter(({ involvedObject }) => involvedObject.uid === metadata.uid);
  return [...own].sort((a, b) => timeOf(a) - timeOf(b)).at(-1);
}

/** The last that was complained of it. */
export const lastWarning = (events: readonly StoredEvent[], object: StoredObject): StoredEvent | undefined =>
  lastEvent(
    events.filter(({ type }) => type !== "Normal"),
    object,
  );

const timeOf = ({ lastTimestamp, metadata }: StoredEvent): number =>
  Date.parse(lastTimestamp ?? metadata.creationTimestamp ?? "") || 0;

/** A text of the status, such as an Order's state. */
export function statusText({ status }: StoredObject, key: string): string | undefined {
  const value = status?.[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A message on one line. */
export const flat = (text: string): string => text.replace(/\s+/g, " ").trim();
