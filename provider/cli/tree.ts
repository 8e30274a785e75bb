import type { Health, Step } from "../diagnosis/types";
import type { Report } from "./reports";

type Paint = (text: string) => string;

interface Palette {
  health: Record<Health, Paint>;
  strong: Paint;
  faint: Paint;
}

const coded =
  (code: number): Paint =>
  (text) =>
    `\u001b[${code}m${text}\u001b[0m`;
const asIs: Paint = (text) => text;

const colours: Palette = {
  health: { ready: coded(32), waiting: coded(33), failed: coded(31), missing: coded(31), unreadable: coded(33) },
  strong: coded(1),
  faint: coded(2),
};
const none: Palette = {
  health: { ready: asIs, waiting: asIs, failed: asIs, missing: asIs, unreadable: asIs },
  strong: asIs,
  faint: asIs,
};

/** On terminals, and where somebody wants them (FORCE_COLOR), but not where somebody does not (no-color.org). */
export function useColours(
  { isTTY }: { isTTY?: boolean },
  { NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv,
): boolean {
  if (FORCE_COLOR !== undefined) return !["0", "false"].includes(FORCE_COLOR);
  return isTTY === true && !NO_COLOR && TERM !== "dumb";
}

const marks: Record<Health, string> = { ready: "✔", waiting: "…", failed: "✘", missing: "?", unreadable: "-" };

/** Issuers, then reports by host, each with the tree of what holds it up, and the count at the end. */
export function renderTree(reports: readonly Report[], coloured: boolean): string {
  if (reports.length === 0) return "nothing here was made by certfleet; --all shows what others made\n";
  const palette = coloured ? colours : none;
  const [hostless, ofHosts] = [reports.filter(({ hosts }) => !hosts[0]), reports.filter(({ hosts }) => hosts[0])];
  const keys = [...new Set([...sorted(hostless.map(keyOf)), ...sorted(ofHosts.map(keyOf))])];
  const groups = keys.map((key) => {
    const own = reports.filter((one) => keyOf(one) === key);
    return [palette.strong(key), ...own.flatMap((one) => reportLines(one, palette))].join("\n");
  });
  return `${[...groups, countOf(reports)].join("\n\n")}\n`;
}

const keyOf = ({ hosts, name }: Report): string => hosts[0] ?? name;
const sorted = (keys: readonly string[]): string[] => [...keys].sort();

const countOf = (reports: readonly Report[]): string =>
  `${reports.filter(({ ready }) => ready).length} of ${reports.length} ready`;

function reportLines({ step, cause, nextRetry, commands, ready }: Report, palette: Palette): string[] {
  const lines = stepLines(step, palette, "  ");
  if (ready) return lines;
  const more = commands.filter((command) => command.startsWith("kubectl"));
  return [
    ...lines,
    ...(cause ? [`    cause: ${cause.summary}`, `    fix: ${cause.fix}`] : []),
    ...(nextRetry ? [`    next attempt: ${nextRetry}`] : []),
    ...more.map((command) => palette.faint(`    to see more: ${command}`)),
  ];
}

function stepLines({ object, health, says, facts = {}, below }: Step, palette: Palette, indent: string): string[] {
  const known = Object.entries(facts).map(([key, value]) => `${key} ${value}`);
  const line = `${indent}${palette.health[health](`${marks[health]} ${object}`)}: ${says}`;
  const factLine = known.length > 0 ? [palette.faint(`${indent}  ${known.join(", ")}`)] : [];
  return [line, ...factLine, ...below.flatMap((next) => stepLines(next, palette, `${indent}  `))];
}
