import { describeOperation, type Operation } from "../events";

/** What becomes of one resource. A replacement, three steps of the engine, is one change. */
export type Change = Omit<Operation, "urn">;

const stepsOfReplacement = ["create-replacement", "delete-replaced", "replace"];

/** The steps of a run as changes. Steps that make no whole replacement stay as they are, so that nothing is hidden. */
export function changesOf(operations: readonly Operation[]): Change[] {
  const urns = [...new Set(operations.map(({ urn }) => urn))];
  return urns.flatMap((urn) => {
    const steps = operations.filter((step) => step.urn === urn);
    const ops = steps.map(({ op }) => op).sort();
    return ops.join() === stepsOfReplacement.join() ? [replacement(steps)] : steps;
  });
}

function replacement(steps: readonly Operation[]): Change {
  const position = (op: string): number => steps.findIndex((step) => step.op === op);
  const [created, deleted] = [position("create-replacement"), position("delete-replaced")];
  const { type, name } = steps[0]!;
  const { before } = steps[deleted]!.ids;
  const { after } = steps[created]!.ids;
  return {
    op: deleted < created ? "delete-before-replace" : "replace",
    type,
    name,
    properties: [...new Set(steps.flatMap(({ properties }) => properties))].sort(),
    ids: { ...(before ? { before } : {}), ...(after ? { after } : {}) },
  };
}

export const isReplacement = ({ op }: Pick<Change, "op">): boolean => op.includes("replace");

/** "update Certificate edge-shop.example.com (spec.dnsNames)" */
export function describeChange(change: Pick<Change, "op" | "type" | "name" | "properties">): string {
  const { properties } = change;
  return describeOperation(change) + (properties.length > 0 ? ` (${properties.join(", ")})` : "");
}
