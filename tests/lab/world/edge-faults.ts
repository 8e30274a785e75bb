import type { hosts } from "./layout";

/** What a fault does to the requests that it matches. */
export type FaultEffect =
  /** Answers later; more than any client's patience plays a host that does not answer. */
  | { kind: "latency"; milliseconds: number }
  /** Answers with an error in the host's own form; an ACME directory's 429 is a problem document `rateLimited`. */
  | { kind: "status"; status: number; /** Seconds, as a header. */ retryAfter?: number }
  /** Ends the connection without an answer. */
  | { kind: "close" }
  /**
   * Records that the request writes are seen by the name server, and by reads of Cloud DNS, only after this time.
   * Cloud DNS calls the change done before that, as its documentation allows.
   */
  | { kind: "visibleAfter"; milliseconds: number };

/** All faults that match a request apply to it, in the order in which they were set. */
export type Fault = FaultEffect & {
  host: (typeof hosts)[keyof typeof hosts];
  /** Of an ACME host, the paths are Pebble's (`/sign-me-up`, `/order-plz`, ...), but for `/directory`. */
  pathPrefix?: string;
  method?: string;
  /** For how many requests; until it is cleared where it is left out. */
  times?: number;
};
