import { describeChange, isReplacement, type Change } from "./changes";

/** What is held against each other for one change of the program. */
export interface Evidence {
  /** What the row says, as `describeChange` writes it. */
  expected: readonly string[];
  announced: readonly Change[];
  done: readonly Change[];
  /** What clusters and clouds themselves show otherwise than the engine says it did. */
  contradictions: readonly string[];
  /** What the row says becomes of certificates, and what did: all others keep their serials. */
  certificates: { expected: readonly string[]; shown: readonly string[] };
  /** What a second preview announces. */
  again: readonly Change[];
}

/** Everything that is not true; empty if the preview was. */
export function findUntruths({ expected, announced, done, contradictions, certificates, again }: Evidence): string[] {
  const announcements = announced.map(describeChange);
  return [
    ...compareAnnounced(announced, done),
    ...without(announcements, expected).map((change) => `announced, but not expected of this row: ${change}`),
    ...without(expected, announcements).map((change) => `expected of this row, but not announced: ${change}`),
    ...contradictions,
    ...without(certificates.shown, certificates.expected).map((text) => `certificate, not expected: ${text}`),
    ...without(certificates.expected, certificates.shown).map((text) => `certificate, expected and not seen: ${text}`),
    ...again.map((change) => `announced again after the up: ${describeChange(change)}`),
  ];
}

const without = (list: readonly string[], others: readonly string[]): string[] =>
  list.filter((entry) => !others.includes(entry));

function compareAnnounced(announced: readonly Change[], done: readonly Change[]): string[] {
  const resources = [...new Set([...announced, ...done].map(resourceOf))].sort();
  return resources.flatMap((resource) => {
    const [before, after] = [announced, done].map((list) => list.filter((change) => resourceOf(change) === resource));
    const [said, was] = [describeAll(before!), describeAll(after!)];
    if (said === was) return [];
    const because = after!.some(isReplacement) && !before!.some(isReplacement) ? "unannounced replacement" : undefined;
    if (was === "") return [`spurious: announced, but not done: ${said}`];
    if (said === "") return [`${because ?? "missing: done, but not announced"}: ${was}`];
    return [`${because ?? "otherwise than announced"}: ${was}; announced was: ${said}`];
  });
}

const resourceOf = ({ type, name }: Change): string => `${type} ${name}`;
const describeAll = (changes: readonly Change[]): string => changes.map(describeChange).sort().join(" + ");
