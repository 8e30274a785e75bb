import { renderTable } from "../../../lab";
import { isReplacement, type Change } from "./changes";

/** What is known of a row so far: a row that failed lacks what came after. */
export interface Report {
  change: string;
  announced?: readonly Change[];
  done?: readonly Change[];
  untruths?: readonly string[];
  /** Whether the change was to be refused, so that nothing could be announced or done. */
  refused?: boolean;
}

/** One line a row; below it, what is not true. */
export function truthTable(reports: readonly Report[]): string {
  const header = ["CHANGE", "ANNOUNCED", "DONE", "REPLACED", "VERDICT"];
  const lines = reports.map((report) => [
    report.change,
    report.refused ? "refused" : count(report.announced),
    report.refused ? "refused" : count(report.done),
    replaced(report.done),
    verdict(report),
  ]);
  const untrue = reports.flatMap(({ change, untruths = [] }) => untruths.map((text) => `${change}: ${text}`));
  return [renderTable([header, ...lines]), ...untrue].join("\n");
}

function verdict({ announced, untruths }: Report): string {
  if (untruths) return untruths.length === 0 ? "true" : "UNTRUE";
  return announced ? "failed" : "not run";
}

function count(changes: readonly Change[] | undefined): string {
  if (!changes) return "-";
  const ops = changes.map(({ op }) => op);
  const kinds = [...new Set(ops)].sort();
  return kinds.map((kind) => `${kind} ${ops.filter((op) => op === kind).length}`).join(", ") || "nothing";
}

function replaced(changes: readonly Change[] | undefined): string {
  if (!changes) return "-";
  const list = changes.filter(isReplacement).map(({ type }) => type.split(":").pop()!);
  const kinds = [...new Set(list)];
  return kinds.map((kind) => `${list.filter((entry) => entry === kind).length} ${kind}`).join(", ") || "nothing";
}
