import type { StoredObject } from "../kubernetes/client";
import type { Place } from "../kubernetes/kinds";
import { Denied, type Found } from "../kubernetes/permitted";
import { commandsFor } from "./commands";
import { conditionOf, conditionsOf, flat, holds, isCurrent, lastWarning, nameOf, type StoredEvent } from "./objects";
import { unreadable, type Cause, type Diagnosis, type Step } from "./types";

/** What a reader found of a Gateway and of what serves it. */
export interface GatewayParts {
  place: Place;
  gateway: StoredObject | undefined;
  gatewayClass: Found;
  events: readonly StoredEvent[];
}

interface ListenerStatus {
  name: string;
  conditions?: { type: string; status: string; reason?: string; message?: string }[];
}

/** Whether a Gateway serves, and if not, which part of it does not. */
export function diagnoseGateway({ place, gateway, gatewayClass, events }: GatewayParts): Diagnosis {
  const commands = commandsFor.Gateway(place);
  const object = `Gateway ${place.namespace}/${place.name}`;
  if (!gateway) return { step: { object, health: "missing", says: "does not exist", below: [] }, commands };
  const programmed = conditionOf(gateway, "Programmed");
  const said = conditionsOf(gateway).find(({ status }) => status !== "True") ?? programmed;
  const current = said && isCurrent(gateway, said);
  const health = holds(gateway, "Programmed") ? "ready" : said?.status === "False" && current ? "failed" : "waiting";
  const says = said
    ? flat(`${said.reason ?? said.type}: ${said.message ?? ""}`)
    : "its controller has said nothing yet";
  const step: Step = { object, health, says, below: [] };
  if (health === "ready") return { step, commands };
  const below = [classStep(gateway, gatewayClass), ...listenerSteps(gateway)];
  const cause = classCause(gateway, gatewayClass) ?? gatewayCause(gateway, says, events);
  return { step: { ...step, below }, cause, commands };
}

const classNameOf = ({ spec }: StoredObject): string => String(spec?.gatewayClassName);

function classStep(gateway: StoredObject, gatewayClass: Found): Step {
  if (gatewayClass instanceof Denied) return unreadable(gatewayClass);
  const object = `GatewayClass ${classNameOf(gateway)}`;
  if (!gatewayClass) return { object, health: "missing", says: "does not exist", below: [] };
  const accepted = conditionOf(gatewayClass, "Accepted");
  const says = flat(`${accepted?.reason ?? ""}: ${accepted?.message ?? "no controller has said anything"}`);
  return { object, health: accepted?.status === "True" ? "ready" : "waiting", says, below: [] };
}

function listenerSteps(gateway: StoredObject): Step[] {
  const listeners = (gateway.status?.listeners as ListenerStatus[] | undefined) ?? [];
  return listeners.map(({ name, conditions = [] }) => {
    const wrong = conditions.filter(({ type, status }) => type !== "Conflicted" && status !== "True");
    // One fault makes several conditions false, often in the same words.
    const said = wrong.filter(({ message }, index) => wrong.findIndex((one) => one.message === message) === index);
    const says =
      flat(said.map(({ reason, message }) => `${reason ?? ""}: ${message ?? ""}`).join("; ")) || "programmed";
    return { object: `listener ${name}`, health: wrong.length > 0 ? "failed" : "ready", says, below: [] };
  });
}

function classCause(gateway: StoredObject, gatewayClass: Found): Cause | undefined {
  if (gatewayClass instanceof Denied) return undefined;
  const at = `GatewayClass ${classNameOf(gateway)}`;
  const fix = "install a Gateway controller that serves the class, or name another class (kubectl get gatewayclasses)";
  if (!gatewayClass) {
    return {
      name: "gateway-class",
      at,
      reason: "does not exist",
      summary: "nothing serves the Gateway: its class is not there",
      fix,
    };
  }
  const accepted = conditionOf(gatewayClass, "Accepted");
  if (accepted?.status === "True") return undefined;
  const reason = flat(`${accepted?.reason ?? "Pending"}: ${accepted?.message ?? "no controller has said anything"}`);
  return {
    name: "gateway-class",
    at,
    reason,
    summary: "nothing serves the Gateway: no controller has accepted its class",
    fix,
  };
}

function gatewayCause(gateway: StoredObject, says: string, events: readonly StoredEvent[]): Cause {
  const listener = listenerSteps(gateway).find(({ health }) => health === "failed");
  const warning = lastWarning(events, gateway)?.message;
  const cause = {
    name: "gateway-not-programmed" as const,
    at: nameOf(gateway),
    reason: listener ? `${listener.object}: ${listener.says}` : flat(warning ?? says),
  };
  if (listener?.says.includes("InvalidCertificateRef"))
    return {
      ...cause,
      summary: "a certificate that it serves is not there",
      fix: "see to the Certificate: once its Secret exists, the Gateway follows by itself",
    };
  return {
    ...cause,
    summary: "its controller has not brought it to serve",
    fix: "look at the listeners above; without an address the load balancer is missing",
  };
}
