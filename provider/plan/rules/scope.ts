import type { Path, Problem } from "../../schema/problems";
import type { Sound } from "../../schema/parse";
import { withDefaults, type DomainArgs, type DomainDefaults } from "../domain";

type Key = keyof DomainArgs;

/** A domain as rules see it: those of its properties that a rule says it reads. */
export interface Placed<K extends Key = Key> {
  path: Path;
  /** What the domain says itself. */
  own: Pick<DomainArgs, K>;
  /** What holds for it, with the defaults. */
  merged: Pick<DomainArgs, K>;
  /** The same as the program wrote it, Outputs and all. */
  given: Pick<DomainArgs, K>;
  /** Where the value that holds was written, or could be. */
  at: (key: K) => Path;
}

/** All domains of one component, and which parts of the args rules may judge by. */
export interface Scope {
  domains: Placed[];
  sound: Sound;
}

interface Inputs {
  defaults?: DomainDefaults | undefined;
  domains: DomainArgs[];
}

export function clusterScope(args: Inputs, given: Inputs, sound: Sound): Scope {
  const domains = args.domains.map((own, index) => {
    const path = ["domains", index];
    return {
      path,
      own,
      merged: withDefaults(own, args.defaults),
      given: withDefaults(given.domains[index]!, given.defaults),
      at: (key: Key) =>
        own[key] === undefined && args.defaults?.[key as keyof DomainDefaults] !== undefined
          ? ["defaults", key]
          : [...path, key],
    };
  });
  return { domains, sound };
}

/** A domain that stands alone, without defaults. */
export function domainScope(own: DomainArgs, given: DomainArgs, sound: Sound): Scope {
  return { domains: [{ path: [], own, merged: own, given, at: (key) => [key] }], sound };
}

/** The domains in which the properties that a rule reads are well-formed, their defaults too. */
export function readable<K extends Key>({ domains, sound }: Scope, reads: readonly K[]): Placed<K>[] {
  return domains.filter(({ path }) => reads.every((key) => sound([...path, key]) && sound(["defaults", key])));
}

/** A rule about one domain. What it reads it says, and sees nothing else: so it never judges by what is malformed. */
export function domainRule<K extends Key>(
  reads: readonly K[],
  check: (domain: Placed<K>) => Problem[],
): (scope: Scope) => Problem[] {
  return (scope) => readable(scope, reads).flatMap(check);
}

export const problem = (path: Path, reason: string): Problem => ({ path, reason });
