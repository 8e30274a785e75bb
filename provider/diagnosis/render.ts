import type { Diagnosis, Step } from "./types";

const marks = { ready: "ok", waiting: "..", failed: "!!", missing: "??", unreadable: "--" } as const;

/** A diagnosis as an error or a terminal without colours shows it. */
export function renderDiagnosis({ step, cause, nextRetry, commands }: Diagnosis): string {
  return [
    ...(cause ? [`cause: ${cause.summary}`, `  ${cause.at}: ${cause.reason}`, `fix: ${cause.fix}`] : []),
    ...(nextRetry ? [`next attempt: ${nextRetry}`] : []),
    ...renderStep(step),
    "to see more:",
    ...commands.map((command) => `  ${command}`),
  ].join("\n");
}

/** One line a step, each below what waits for it. */
export function renderStep(step: Step, depth = 0): string[] {
  const { object, health, says, below } = step;
  const line = `${"  ".repeat(depth)}${marks[health]} ${object}: ${says}`;
  return [line, ...below.flatMap((next) => renderStep(next, depth + 1))];
}
