import { formatPath, type Path } from "../schema/problems";
import { isRecord, reveal, unknownText, type Json } from "./wire-format";

export interface Difference {
  path: Path;
  kind: "add" | "delete" | "update";
}

/** Where two sets of properties differ, leaf by leaf. A value that is not known yet differs from every other. */
export function differences(olds: Json, news: Json): Difference[] {
  return compare(olds, news, []);
}

function compare(before: unknown, after: unknown, path: Path): Difference[] {
  const [old, fresh] = [reveal(before), reveal(after)];
  if (isNothing(old) || isNothing(fresh)) {
    if (isNothing(old) && isNothing(fresh)) return [];
    return [{ path, kind: isNothing(old) ? "add" : "delete" }];
  }
  if (isRecord(old) && isRecord(fresh)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
    return keys.flatMap((key) => compare(own(old, key), own(fresh, key), [...path, key]));
  }
  if (Array.isArray(old) && Array.isArray(fresh)) {
    const length = Math.max(old.length, fresh.length);
    return Array.from({ length }, (_, index) => compare(old[index], fresh[index], [...path, index])).flat();
  }
  return old === fresh && fresh !== unknownText ? [] : [{ path, kind: "update" }];
}

/** A null is the same as no value. */
const isNothing = (value: unknown): boolean => value === undefined || value === null;

const own = (value: Json, key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined);

/** Differences without those at or below a path that a program ignores, such as `contact` or `domains[0].host`; `*` stands for any key. */
export function withoutIgnored(found: readonly Difference[], ignored: readonly string[]): Difference[] {
  const patterns = ignored.map(keysOf);
  return found.filter(({ path }) => !patterns.some((pattern) => isBelow(path, pattern)));
}

const isBelow = (path: Path, pattern: readonly string[]): boolean =>
  pattern.length <= path.length && pattern.every((key, index) => key === "*" || key === String(path[index]));

/** The keys of a property path as Pulumi writes it. */
const keysOf = (path: string): string[] =>
  [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted?.replace(/\\(.)/g, "$1") ?? index ?? name!,
  );

export const pathOf = ({ path }: Difference): string => formatPath(path);
