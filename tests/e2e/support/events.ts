import { readFileSync } from "node:fs";

/** One operation on one resource, as the engine announced or did it. */
export interface Operation {
  op: string;
  urn: string;
  type: string;
  name: string;
  /** What the diff names, without positions in lists: "spec.dnsNames"; empty for a create or a delete. */
  properties: string[];
  /** Ids before and after, as far as they exist and are known: "namespace/name" of an object of the cluster. */
  ids: { before?: string; after?: string };
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

interface StepMetadata {
  op: string;
  urn: string;
  type: string;
  old?: { id?: string } | null;
  new?: { id?: string } | null;
  diffs?: string[] | null;
  detailedDiff?: Record<string, unknown> | null;
}

interface EngineEvent {
  diagnosticEvent?: Diagnostic;
  resourcePreEvent?: { metadata: StepMetadata };
  resOutputsEvent?: { metadata: StepMetadata };
  summaryEvent?: { resourceChanges?: Record<string, number> };
}

export function readEvents(file: string): RunEvents {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  const events = lines.map((line) => JSON.parse(line) as EngineEvent);
  const { same = 0, ...changes } = events.findLast((event) => event.summaryEvent)?.summaryEvent?.resourceChanges ?? {};
  const metadata = events.flatMap((event) => event.resourcePreEvent?.metadata ?? []);
  const ids = idsAfter(events);
  return {
    operations: metadata
      .filter(({ op }) => op !== "same" && op !== "read")
      .map((step) => operation(step, ids.get(stepKey(step)))),
    changes,
    same,
    problems: events.flatMap(({ diagnosticEvent }) => (diagnosticEvent ? problemOf(diagnosticEvent) : [])),
  };
}

/** In every run the engine warns that it found its plugins on PATH, where the tests put them. */
const isExpected = (message: string): boolean => /^using pulumi-\S+ from \$PATH at /.test(message);

const problemOf = ({ severity, message }: Diagnostic): string[] =>
  ["warning", "error"].includes(severity) && !isExpected(message) ? [message] : [];

const stepKey = ({ op, urn }: StepMetadata): string => `${op} ${urn}`;

/** The id of what a step made is known only at its end. */
function idsAfter(events: readonly EngineEvent[]): Map<string, string> {
  const ended = events.flatMap((event) => event.resOutputsEvent?.metadata ?? []);
  return new Map(ended.flatMap((step) => (step.new?.id ? [[stepKey(step), step.new.id] as const] : [])));
}

function operation(step: StepMetadata, after: string | undefined): Operation {
  const { op, urn, type } = step;
  const before = step.old?.id;
  return {
    op,
    urn,
    type,
    name: urn.slice(urn.lastIndexOf("::") + 2),
    properties: changedProperties(step),
    ids: { ...(before ? { before } : {}), ...(after ? { after } : {}) },
  };
}

/** Plugins differ in how deep into a list they look, so a path ends where a list, or a key in quotes, begins. */
function changedProperties({ detailedDiff, diffs }: StepMetadata): string[] {
  const detailed = Object.keys(detailedDiff ?? {});
  const paths = detailed.length > 0 ? detailed : (diffs ?? []);
  return [...new Set(paths.map((path) => path.split("[")[0]!))].sort();
}

/** "create Certificate edge-shop.example.com": an operation as people and tests compare it. */
export const describeOperation = ({ op, type, name }: Pick<Operation, "op" | "type" | "name">): string =>
  `${op} ${type.split(":").pop()} ${name}`;

export const describeOperations = (run: RunEvents): string[] => run.operations.map(describeOperation).sort();
