import type { StoredObject } from "../kubernetes/client";
import { backoffAfter } from "../kubernetes/issuance";
import type { Place } from "../kubernetes/kinds";
import { foundOr, type Denied, type Found } from "../kubernetes/permitted";
import { recognise, retryAfter, unrecognised } from "./causes";
import { commandsFor } from "./commands";
import {
  conditionOf,
  flat,
  holds,
  isOwnedBy,
  lastWarning,
  nameOf,
  statusText,
  type Condition,
  type StoredEvent,
} from "./objects";
import { issuerStep } from "./issuer";
import { unreadable, type Cause, type Diagnosis, type Health, type Step } from "./types";

/** What a reader found of a Certificate and of all that it waits for. */
export interface CertificateParts {
  place: Place;
  certificate: StoredObject | undefined;
  /** As the Certificate names it, and as it is. */
  issuerName: string | undefined;
  issuer: Found;
  /** Of its namespace, those of other Certificates too. */
  requests: readonly StoredObject[];
  orders: readonly StoredObject[];
  challenges: readonly StoredObject[];
  /** Pods, Services, Ingresses and HTTPRoutes of HTTP-01 solvers. */
  solvers: readonly StoredObject[];
  events: readonly StoredEvent[];
  /** What of all this may not be read. */
  denied: readonly Denied[];
}

/** The same without a Certificate above it. */
export type ChainParts = Omit<CertificateParts, "certificate">;

/** Step by step from a Certificate to what holds it up, and what that is. */
export function diagnoseCertificate(parts: CertificateParts, now: Date): Diagnosis {
  const { certificate, place } = parts;
  const commands = commandsFor.Certificate(place);
  if (!certificate) {
    const object = `Certificate ${place.namespace}/${place.name}`;
    return { step: { object, health: "missing", says: "does not exist", below: [] }, commands };
  }
  const step = certificateStep(parts, certificate);
  if (step.health === "ready" && step.below.length === 0) return { step, commands };
  const cause = causeOf(parts, certificate);
  const nextRetry = retryOf(certificate, cause, now);
  return { step, commands, ...(cause ? { cause } : {}), ...(nextRetry ? { nextRetry } : {}) };
}

function certificateStep(parts: CertificateParts, certificate: StoredObject): Step {
  const ready = holds(certificate, "Ready");
  const issuing = conditionOf(certificate, "Issuing");
  const failed = issuing?.status === "False" && issuing.reason === "Failed";
  const said = failed || issuing?.status === "True" ? issuing : conditionOf(certificate, "Ready");
  // A certificate whose renewal fails still serves, but not for ever.
  const health: Health = failed ? "failed" : ready ? "ready" : "waiting";
  const again = health === "ready" && issuing?.status === "True";
  const idle = health === "ready" && !again;
  const issuer = parts.issuerName && issuerStep(parts.issuerName, parts.issuer, parts.events);
  const waitsForIssuer = issuer && issuer.health !== "ready" ? [issuer] : [];
  const request = currentRequest(parts, certificate);
  const chain = [...waitsForIssuer, ...(request ? [requestStep(parts, request)] : [])];
  const below = idle ? [] : [...chain, ...parts.denied.map(unreadable)];
  return {
    object: nameOf(certificate),
    health,
    says: `${again ? "Ready, and being issued again: " : ""}${wordsOf(said)}`,
    facts: factsOf(certificate),
    below,
  };
}

const wordsOf = (said: Condition | undefined): string =>
  said ? flat(`${said.reason ?? ""}: ${said.message ?? ""}`) : "its controller has said nothing yet";

function factsOf(certificate: StoredObject): Record<string, string> {
  const keys = ["notAfter", "renewalTime", "revision", "failedIssuanceAttempts", "lastFailureTime"];
  const given = keys.map((key) => [key, certificate.status?.[key]] as const);
  const known = given.filter(([, value]) => typeof value === "string" || typeof value === "number");
  return Object.fromEntries(known.map(([key, value]) => [key, String(value)]));
}

const revisionOf = ({ metadata }: StoredObject): number =>
  Number(metadata.annotations?.["cert-manager.io/certificate-revision"] ?? 0);

/** The request of the issuance under way or, if none is, of the last one. */
export function currentRequest(
  { requests }: Pick<CertificateParts, "requests">,
  certificate: StoredObject,
): StoredObject | undefined {
  const own = requests.filter((request) => isOwnedBy(request, certificate));
  return [...own].sort((a, b) => revisionOf(a) - revisionOf(b)).at(-1);
}

/** How far a CertificateRequest has come; one that was denied stays so, as one that has failed. */
export function healthOfRequest(request: StoredObject): Health {
  const ready = conditionOf(request, "Ready");
  if (ready?.status === "True") return "ready";
  return ["Failed", "Denied"].includes(ready?.reason ?? "") ? "failed" : "waiting";
}

export function requestStep(parts: ChainParts, request: StoredObject): Step {
  const ready = conditionOf(request, "Ready");
  const orders = parts.orders.filter((order) => isOwnedBy(order, request));
  const says = flat(ready ? `${ready.reason ?? ""}: ${ready.message ?? ""}` : "waits for approval");
  const below = orders.map((order) => orderStep(parts, order));
  return { object: nameOf(request), health: healthOfRequest(request), says, below };
}

const finalStates = ["invalid", "expired", "errored"];

const healthOfState = (state: string | undefined): Health =>
  state === "valid" ? "ready" : finalStates.includes(state ?? "") ? "failed" : "waiting";

function orderStep(parts: ChainParts, order: StoredObject): Step {
  const [state, reason] = [statusText(order, "state"), statusText(order, "reason")];
  const challenges = parts.challenges.filter((challenge) => isOwnedBy(challenge, order));
  const says = flat([state ?? "no state yet", reason].filter(Boolean).join(": "));
  const below = challenges.map((challenge) => challengeStep(parts, challenge));
  return { object: nameOf(order), health: healthOfState(state), says, below };
}

function challengeStep(parts: ChainParts, challenge: StoredObject): Step {
  const state = statusText(challenge, "state");
  const { dnsName, type } = challenge.spec ?? {};
  const message = messageOf(parts, challenge);
  const says = flat(
    [`${String(type)} for ${String(dnsName)}, ${state ?? "no state yet"}`, message].filter(Boolean).join(": "),
  );
  const solvers = parts.solvers.filter((solver) => isOwnedBy(solver, challenge));
  return { object: nameOf(challenge), health: healthOfState(state), says, below: solvers.map(solverStep) };
}

function solverStep(solver: StoredObject): Step {
  const phase = statusText(solver, "phase");
  const health: Health = solver.kind !== "Pod" || phase === "Running" ? "ready" : "waiting";
  return { object: nameOf(solver), health, says: phase ?? "exists", below: [] };
}

/**
 * What was last said of an object: its CA's refusal stands in an event only, because the controller then writes over it that the
 * challenge cannot be accepted twice.
 */
function messageOf({ events }: ChainParts, object: StoredObject): string | undefined {
  const warning = lastWarning(events, object);
  const refused = warning?.reason === "Failed" ? warning.message : undefined;
  if (refused) return refused;
  const reason = statusText(object, "reason");
  // A record that is made, in the end, does not take back why it could not be made before.
  const outdated = object.status?.presented === true && !/^(Waiting for|Error accepting)/.test(reason ?? "");
  return outdated ? undefined : (reason ?? warning?.message);
}

interface Said {
  at: string;
  message: string;
}

const said = (object: StoredObject, message: string | undefined): Said[] =>
  message ? [{ at: nameOf(object), message }] : [];

function causeOf(parts: CertificateParts, certificate: StoredObject): Cause | undefined {
  return causeBelow(parts, currentRequest(parts, certificate), [
    ...said(certificate, lastWarning(parts.events, certificate)?.message),
    ...said(certificate, conditionOf(certificate, "Issuing")?.message),
  ]);
}

/** The cause is looked for where the chain ends, and then upwards: what is said above repeats it, or says less. */
export function causeBelow(
  parts: ChainParts,
  request: StoredObject | undefined,
  above: readonly Said[] = [],
): Cause | undefined {
  const orders = request ? parts.orders.filter((order) => isOwnedBy(order, request)) : [];
  const challenges = parts.challenges.filter((challenge) => orders.some((order) => isOwnedBy(challenge, order)));
  const issuer = foundOr(parts.issuer, undefined);
  const issuerReady = issuer && conditionOf(issuer, "Ready");
  const found = [
    ...challenges.flatMap((challenge) => said(challenge, messageOf(parts, challenge))),
    ...orders.flatMap((order) => said(order, statusText(order, "reason") ?? lastWarning(parts.events, order)?.message)),
    ...(issuer && issuerReady?.status !== "True" ? said(issuer, issuerReady?.message) : []),
    ...(request ? said(request, conditionOf(request, "Ready")?.message) : []),
    ...above,
  ];
  const [known] = found.flatMap(({ message, at }) => recognise(message, at) ?? []);
  if (known) return known;
  const [first] = [...challenges, ...orders].flatMap((object) => said(object, messageOf(parts, object)));
  return first && unrecognised(first.message, first.at);
}

/** When cert-manager's pause after a failed issuance ends. */
export function backoffEnd(certificate: StoredObject): Date | undefined {
  const { lastFailureTime, failedIssuanceAttempts } = certificate.status ?? {};
  if (typeof lastFailureTime !== "string" || conditionOf(certificate, "Issuing")?.status === "True") return undefined;
  return new Date(Date.parse(lastFailureTime) + backoffAfter(Number(failedIssuanceAttempts ?? 1)));
}

function retryOf(certificate: StoredObject, cause: Cause | undefined, now: Date): string | undefined {
  const limit = cause?.name === "ca-rate-limit" ? retryAfter(cause.reason) : undefined;
  if (limit) return limit;
  const end = backoffEnd(certificate);
  if (end && end > now) return end.toISOString().replace(".000Z", "Z");
  if (!cause) return undefined;
  return cause.at.startsWith("Challenge") ? "by itself within 30 minutes" : "by itself within 5 minutes";
}
