import type { Denied } from "../kubernetes/permitted";

/** How far something has come; "unreadable" where a right is missing to tell. */
export type Health = "ready" | "waiting" | "failed" | "missing" | "unreadable";

/** One object of a chain, and those that it waits for. */
export interface Step {
  /** "Challenge cafe/shop-1-2133811397" */
  object: string;
  health: Health;
  /** What its controller last said of it, in its own words as far as there are any. */
  says: string;
  /** What else is worth knowing, by a short name. */
  facts?: Record<string, string>;
  below: Step[];
}

/** A step of which nothing is known. */
export const unreadable = ({ object, right }: Denied): Step => ({
  object,
  health: "unreadable",
  says: `may not be read; the right is missing to ${right}`,
  below: [],
});

/** Why something does not become ready. */
export interface Cause {
  name: CauseName;
  /** The object that says so. */
  at: string;
  /** The words by which it was recognised, as its controller wrote them. */
  reason: string;
  /** What that means. */
  summary: string;
  fix: string;
}

export const causeNames = [
  "helm-install",
  "quota",
  "pod-security",
  "webhook",
  "webhook-untrusted",
  "admission",
  "missing-credential",
  "wrong-credential",
  "underprivileged-credential",
  "zone-missing",
  "directory-unreachable",
  "directory-untrusted",
  "account-refused",
  "ca-rate-limit",
  "dns-rate-limit",
  "dns-unavailable",
  "port-80",
  "record-not-visible",
  "challenge-refused",
  "profile-missing",
  "order-refused",
  "issuer-missing",
  "issuer-not-ready",
  "gateway-class",
  "gateway-not-programmed",
  "unknown",
] as const;

export type CauseName = (typeof causeNames)[number];

export interface Diagnosis {
  step: Step;
  /** Absent where nothing is wrong, or nothing has been said yet. */
  cause?: Cause;
  /** When its controller tries again by itself: a time (RFC 3339), or in words. */
  nextRetry?: string;
  /** What shows more, ready to be run. */
  commands: string[];
}

export const isReady = ({ step }: Diagnosis): boolean => step.health === "ready";
