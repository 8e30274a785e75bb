import type { StoredObject } from "../kubernetes/client";
import { causeBelow, requestStep, type ChainParts } from "./certificate";
import { commandsFor } from "./commands";
import { issuerStep } from "./issuer";
import { unreadable, type Diagnosis } from "./types";

/** Step by step from a CertificateRequest that no Certificate has made to what holds it up, and what that is. */
export function diagnoseRequest(parts: ChainParts, request: StoredObject | undefined): Diagnosis {
  const { place, issuerName, issuer, events } = parts;
  const commands = commandsFor.CertificateRequest(place);
  if (!request) {
    const object = `CertificateRequest ${place.namespace}/${place.name}`;
    return { step: { object, health: "missing", says: "does not exist", below: [] }, commands };
  }
  const step = requestStep(parts, request);
  if (step.health === "ready") return { step, commands };
  const above = issuerName ? [issuerStep(issuerName, issuer, events)] : [];
  const waiting = above.filter(({ health }) => health !== "ready");
  const below = [...waiting, ...step.below, ...parts.denied.map(unreadable)];
  const cause = causeBelow(parts, request);
  return { step: { ...step, below }, commands, ...(cause ? { cause } : {}) };
}
