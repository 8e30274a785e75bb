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

/** On a terminal only, and not where somebody does not want them (no-color.org). */
export const useColours = ({ isTTY }: { isTTY?: boolean }, { NO_COLOR }: NodeJS.ProcessEnv): boolean =>
  isTTY === true && !NO_COLOR;

const marks: Record<Health, string> = { ready: "✔", waiting: "…", failed: "✘", missing: "?", unreadable: "-" };

/** Reports by host, each with the tree of what holds it up. */
export function renderTree(reports: readonly Report[], coloured: boolean): string {
  if (reports.length === 0) return "nothing here was made by certfleet; --all shows what others made\n";
  const palette = coloured ? colours : none;
  const keys = [...new Set(reports.map(({ hosts, name }) => hosts[0] ?? name))].sort();
  return keys
    .map((key) => {
      const own = reports.filter(({ hosts, name }) => (hosts[0] ?? name) === key);
      return [palette.strong(key), ...own.flatMap((one) => reportLines(one, palette))].join("\n");
    })
    .join("\n\n")
    .concat("\n");
}

function reportLines({ step, cause, nextRetry, commands, ready }: Report, palette: Palette): string[] {
  const lines = stepLines(step, palette, "  ");
  if (ready) return lines;
  return [
    ...lines,
    ...(cause ? [`    cause: ${cause.summary}`, `    fix: ${cause.fix}`] : []),
    ...(nextRetry ? [`    next attempt: ${nextRetry}`] : []),
    ...commands.filter((command) => command.startsWith("kubectl")).map((command) => palette.faint(`    ${command}`)),
  ];
}

function stepLines({ object, health, says, facts = {}, below }: Step, palette: Palette, indent: string): string[] {
  const known = Object.entries(facts).map(([key, value]) => `${key} ${value}`);
  const line = `${indent}${palette.health[health](`${marks[health]} ${object}`)} ${says}`;
  const factLine = known.length > 0 ? [palette.faint(`${indent}  ${known.join(", ")}`)] : [];
  return [line, ...factLine, ...below.flatMap((next) => stepLines(next, palette, `${indent}  `))];
}
