import type { z } from "zod";

/** A Secret and the key in it that holds a credential. */
export interface SecretRef {
  name: string;
  key: string;
}

/** Where the credential of a challenge comes from, which decides what must be made for it. */
export type CredentialSource =
  /** A Secret that somebody else keeps. */
  | "existing"
  /** A value of dnsSecrets, written into a Secret. */
  | "given"
  /** Made at the DNS provider, and written into a Secret. */
  | "made"
  /** None: the controller acts by an identity that is made for it. */
  | "keyless"
  /** Nothing that is made or known here: the controller's surroundings, or what the solver's own spec refers to. */
  | "unmanaged";

/** The credential of a challenge as it follows from the args alone. */
export interface Credential {
  source: CredentialSource;
  /** What tells it from others of the same component; what is made for it is named after it. */
  name: string;
  /** Key in dnsSecrets, where the value is given. */
  secretName?: string;
  /** Absent where there is none. */
  secretRef?: SecretRef;
}

/** One DNS provider as ACME issuers use it: pure, from its args fragment to cert-manager's solver. */
export interface DnsKind<S extends z.ZodType = z.ZodType> {
  /** Of the kind's arg, an object type. */
  args: S;
  description: string;
  /** The credential of a fragment of an entry for these zones. */
  credential: (args: z.output<S>, entry: Entry) => Credential;
  /** The `dns01` part of a solver (cert-manager.io/v1 ACMEChallengeSolverDNS01). */
  solver: (args: z.output<S>, credential: Credential, entry: Entry) => Record<string, unknown>;
  /** Why a value of dnsSecrets cannot be this kind's credential; undefined where it can. */
  secretProblem?: (value: string) => string | undefined;
}

/** What a fragment is told of the entry that it stands in. */
export interface Entry {
  zones?: string[] | undefined;
  rotation?: string | undefined;
  /** Name of the credential's Secret, where it does not follow from the credential. */
  secretName?: string | undefined;
}

/** The name of a credential's Secret. A rotation has one of its own, beside that of the rotation before. */
export const secretObjectName = (name: string, { rotation, secretName = name }: Entry): string =>
  rotation === undefined ? secretName : `${secretName}-${rotation}`;
