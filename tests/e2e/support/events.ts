import { readFileSync } from "node:fs";

/** One operation on one resource, as the engine announced or did it. */
export interface Operation {
  op: string;
  urn: string;
  type: string;
  name: string;
}

/** What a run of the engine said of itself, from its event log. */
export interface RunEvents {
  /** What is changed: everything but "same", and "read" of what belongs to others, such as a StackReference. */
  operations: Operation[];
  /** Count by operation, as the engine sums it up; "same" apart. */
  changes: Record<string, number>;
  same: number;
  /** Warnings and errors. */
  problems: string[];
}

interface Diagnostic {
  severity: string;
  message: string;
}

interface EngineEvent {
  diagnosticEvent?: Diagnostic;
  resourcePreEvent?: { metadata: { op: string; urn: string; type: string } };
  summaryEvent?: { resourceChanges?: Record<string, number> };
}

export function readEvents(file: string): RunEvents {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  const events = lines.map((line) => JSON.parse(line) as EngineEvent);
  const { same = 0, ...changes } = events.findLast((event) => event.summaryEvent)?.summaryEvent?.resourceChanges ?? {};
  const metadata = events.flatMap((event) => event.resourcePreEvent?.metadata ?? []);
  return {
    operations: metadata.filter(({ op }) => op !== "same" && op !== "read").map(operation),
    changes,
    same,
    problems: events.flatMap(({ diagnosticEvent }) => (diagnosticEvent ? problemOf(diagnosticEvent) : [])),
  };
}

/** In every run the engine warns that it found its plugins on PATH, where the tests put them. */
const isExpected = (message: string): boolean => /^using pulumi-\S+ from \$PATH at /.test(message);

const problemOf = ({ severity, message }: Diagnostic): string[] =>
  ["warning", "error"].includes(severity) && !isExpected(message) ? [message] : [];

function operation({ op, urn, type }: { op: string; urn: string; type: string }): Operation {
  return { op, urn, type, name: urn.slice(urn.lastIndexOf("::") + 2) };
}

/** "create Certificate edge-shop.example.com": an operation as people and tests compare it. */
export const describeOperation = ({ op, type, name }: Operation): string => `${op} ${type.split(":").pop()} ${name}`;

export const describeOperations = (run: RunEvents): string[] => run.operations.map(describeOperation).sort();
