import type { StoredObject } from "../kubernetes/client";
import { Denied, type Found } from "../kubernetes/permitted";
import { recognise, unrecognised } from "./causes";
import { conditionOf, flat, holds, lastWarning, type StoredEvent } from "./objects";
import { unreadable, type Diagnosis, type Step } from "./types";

/** An issuer, by the name that others give it, and as it is. */
export function issuerStep(name: string, issuer: Found, events: readonly StoredEvent[]): Step {
  if (issuer instanceof Denied) return unreadable({ ...issuer, object: name });
  if (!issuer) return { object: name, health: "missing", says: "does not exist", below: [] };
  const ready = conditionOf(issuer, "Ready");
  const message = ready?.message ?? lastWarning(events, issuer)?.message;
  const health = holds(issuer, "Ready") ? "ready" : ready?.status === "False" ? "failed" : "waiting";
  const says = flat([ready?.reason, message].filter(Boolean).join(": ")) || "its controller has said nothing yet";
  return { object: name, health, says, below: [] };
}

/** What keeps an issuer from becoming ready. */
export function diagnoseIssuer(
  name: string,
  issuer: StoredObject | undefined,
  events: readonly StoredEvent[],
): Diagnosis {
  const step = issuerStep(name, issuer, events);
  const [kind, place] = name.split(" ") as [string, string];
  const where = place.includes("/") ? ` --namespace ${place.split("/")[0]}` : "";
  const commands = [
    `npx certfleet status --all`,
    `kubectl describe ${kind.toLowerCase()} ${place.split("/").pop()}${where}`,
  ];
  if (step.health === "ready" || !issuer) return { step, commands };
  const message = conditionOf(issuer, "Ready")?.message ?? lastWarning(events, issuer)?.message;
  if (!message) return { step, commands };
  const cause = recognise(message, name) ?? unrecognised(message, name);
  return { step, cause, nextRetry: "by itself within 5 minutes", commands };
}
