import { z } from "zod";

interface Field {
  name: string;
  first: number;
  last: number;
  /** Words for the numbers from `first` on. */
  words?: readonly string[];
}

/**
 * The dialect of cert-manager's parser (robfig/cron): five fields or a descriptor. Other parsers, those for Node among them, take more
 * (seconds, 7 for Sunday, L and #), which its webhook refuses.
 */
const fields: readonly Field[] = [
  { name: "minute", first: 0, last: 59 },
  { name: "hour", first: 0, last: 23 },
  { name: "day of the month", first: 1, last: 31 },
  {
    name: "month",
    first: 1,
    last: 12,
    words: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  },
  { name: "day of the week", first: 0, last: 6, words: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

const descriptor = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/;

export const cronSchedule = z
  .string()
  .superRefine((text, ctx) => {
    const problem = cronProblem(text);
    if (problem !== undefined) ctx.addIssue({ code: "custom", message: problem });
  })
  .meta({
    constraint:
      "must be the five fields of cron (minute, hour, day of the month, month, day of the week), or a descriptor such as @daily",
  });

/** What is wrong with a schedule. */
export function cronProblem(text: string): string | undefined {
  if (descriptor.test(text)) return undefined;
  const parts = text.trim().split(/\s+/);
  if (parts.length !== fields.length) {
    return 'must be the five fields of cron (minute, hour, day of the month, month, day of the week) such as "0 3 * * 1-5", or a descriptor such as @daily';
  }
  const at = parts.findIndex((part, index) => !part.split(",").every((item) => isRange(item, fields[index]!)));
  if (at < 0) return undefined;
  const { name, first, last } = fields[at]!;
  return `has ${JSON.stringify(parts[at])} as the ${name}; it takes ${first} to ${last}, lists (1,3), ranges (1-5), steps (*/2) and *`;
}

/** One item of a list: all, a number or a range of them, and every how many. */
function isRange(item: string, field: Field): boolean {
  const [, from, to, step] = /^([^-/]+)(?:-([^-/]+))?(?:\/(\d+))?$/.exec(item) ?? [];
  if (from === undefined || (step !== undefined && Number(step) === 0)) return false;
  if (from === "*" || from === "?") return to === undefined;
  const [begin, end] = [valueIn(from, field), valueIn(to ?? from, field)];
  return begin !== undefined && end !== undefined && begin <= end;
}

function valueIn(text: string, { first, last, words }: Field): number | undefined {
  const word = words?.indexOf(text.toLowerCase()) ?? -1;
  const value = word < 0 ? (/^\d+$/.test(text) ? Number(text) : NaN) : first + word;
  return value >= first && value <= last ? value : undefined;
}
