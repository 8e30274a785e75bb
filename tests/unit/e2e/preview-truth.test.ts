import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readEvents } from "../../e2e/support/events";
import { changesOf, describeChange, type Change } from "../../e2e/support/preview-truth/changes";
import { dayTwoProgram, dayTwoRows } from "../../e2e/support/preview-truth/day-two-rows";
import { firstProgram, renameContext, settingsOf, type Program } from "../../e2e/support/preview-truth/program";
import { rows } from "../../e2e/support/preview-truth/rows";
import { truthTable } from "../../e2e/support/preview-truth/table";
import { findUntruths, type Evidence } from "../../e2e/support/preview-truth/verdict";

const certificateType = "kubernetes:cert-manager.io/v1:Certificate";
const secretType = "kubernetes:core/v1:Secret";
const urn = (type: string, name: string): string => `urn:pulumi:lab::shop::${type}::${name}`;

/** A step as the engine's event log has it, at its begin and at its end. */
function step(op: string, type: string, name: string, more: { before?: string; after?: string; diff?: string[] } = {}) {
  const { before, after, diff = [] } = more;
  const old = before ? { id: before } : null;
  const detailedDiff = Object.fromEntries(diff.map((path) => [path, {}]));
  const metadata = { op, type, urn: urn(type, name), old, detailedDiff };
  return [
    { resourcePreEvent: { metadata: { ...metadata, new: { id: "" } } } },
    { resOutputsEvent: { metadata: { ...metadata, new: after ? { id: after } : null } } },
  ];
}

function changesOfLog(...steps: object[][]): Change[] {
  const folder = mkdtempSync(join(tmpdir(), "certfleet-events-"));
  const file = join(folder, "events");
  try {
    writeFileSync(
      file,
      `${steps
        .flat()
        .map((event) => JSON.stringify(event))
        .join("\n")}\n`,
    );
    return changesOf(readEvents(file).operations);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const replacedWith = (...ops: string[]): Change[] =>
  changesOfLog(
    ...ops.map((op) => step(op, secretType, "token", { before: "tls/token", after: "tls/token", diff: ["data"] })),
  );

describe("the changes of a run", () => {
  it("are its operations, with what the diff names and what became of the object", () => {
    const diff = ["spec.dnsNames[1]", "spec.dnsNames[2]", 'metadata.labels["a.b"]'];
    const [change, ...others] = changesOfLog(
      step("update", certificateType, "edge", { before: "web/edge", after: "web/edge", diff }),
      step("same", secretType, "token", { before: "tls/token" }),
    );
    expect(others).toEqual([]);
    expect(describeChange(change!)).toBe("update Certificate edge (metadata.labels, spec.dnsNames)");
    expect(change!.ids).toEqual({ before: "web/edge", after: "web/edge" });
  });

  it("fall back to the names of properties where a plugin gives no detailed diff", () => {
    const metadata = {
      op: "update",
      type: secretType,
      urn: urn(secretType, "token"),
      diffs: ["data"],
      detailedDiff: null,
    };
    const [change] = changesOfLog([{ resourcePreEvent: { metadata } }]);
    expect(describeChange(change!)).toBe("update Secret token (data)");
  });

  it.each([
    ["replace", ["create-replacement", "replace", "delete-replaced"]],
    ["delete-before-replace", ["delete-replaced", "replace", "create-replacement"]],
  ])("take the steps of a replacement for one change: %s", (op, ops) => {
    expect(replacedWith(...ops).map(describeChange)).toEqual([`${op} Secret token (data)`]);
  });

  it("leave a replacement without its deletion as it is", () => {
    expect(replacedWith("create-replacement", "replace").map(({ op }) => op)).toEqual([
      "create-replacement",
      "replace",
    ]);
  });
});

const change = (op: string, name: string, properties: string[] = []): Change => ({
  op,
  type: certificateType,
  name,
  properties,
  ids: {},
});

const update = change("update", "edge", ["spec.dnsNames"]);

/** A change that was announced, done and expected, and nothing else; then with what a case adds. */
const evidence = (over: Partial<Evidence> = {}): Evidence => ({
  expected: ["update Certificate edge (spec.dnsNames)"],
  announced: [update],
  done: [update],
  contradictions: [],
  certificates: { expected: [], shown: [] },
  again: [],
  ...over,
});

describe("a preview", () => {
  it("is true if what it announces is done, expected, and not announced again", () => {
    expect(findUntruths(evidence())).toEqual([]);
  });

  it("is true in any order", () => {
    const two = [update, change("create", "other")];
    const expected = ["create Certificate other", ...evidence().expected];
    expect(findUntruths(evidence({ expected, announced: two, done: two.toReversed() }))).toEqual([]);
  });

  it.each<[string, Partial<Evidence>, string[]]>([
    [
      "spurious operation",
      { done: [] },
      ["spurious: announced, but not done: update Certificate edge (spec.dnsNames)"],
    ],
    [
      "missing operation",
      { done: [update, change("delete", "other")] },
      ["missing: done, but not announced: delete Certificate other"],
    ],
    [
      "unannounced replacement",
      { done: [change("replace", "edge", ["spec.dnsNames"])] },
      [
        "unannounced replacement: replace Certificate edge (spec.dnsNames); announced was: update Certificate edge (spec.dnsNames)",
      ],
    ],
    [
      "replacement of what was not to change at all",
      { done: [update, change("delete-before-replace", "other")] },
      ["unannounced replacement: delete-before-replace Certificate other"],
    ],
    [
      "other order of a replacement",
      {
        expected: ["replace Certificate edge"],
        announced: [change("replace", "edge")],
        done: [change("delete-before-replace", "edge")],
      },
      ["otherwise than announced: delete-before-replace Certificate edge; announced was: replace Certificate edge"],
    ],
    [
      "other property",
      { done: [change("update", "edge", ["spec.issuerRef"])] },
      [
        "otherwise than announced: update Certificate edge (spec.issuerRef); announced was: update Certificate edge (spec.dnsNames)",
      ],
    ],
    [
      "replacement that the row does not say, though it was announced and done",
      { announced: [change("replace", "edge")], done: [change("replace", "edge")] },
      [
        "announced, but not expected of this row: replace Certificate edge",
        "expected of this row, but not announced: update Certificate edge (spec.dnsNames)",
      ],
    ],
    [
      "nothing where the row says something",
      { announced: [], done: [] },
      ["expected of this row, but not announced: update Certificate edge (spec.dnsNames)"],
    ],
    [
      "second preview that is not empty",
      { again: [update] },
      ["announced again after the up: update Certificate edge (spec.dnsNames)"],
    ],
    ["cluster that shows otherwise", { contradictions: ["is there"] }, ["is there"]],
    [
      "certificate that is issued again, though the row says nothing of it",
      { certificates: { expected: [], shown: ["issue web/edge-tls"] } },
      ["certificate, not expected: issue web/edge-tls"],
    ],
    [
      "certificate that the row says is issued, and is not",
      { certificates: { expected: ["issue web/edge-tls"], shown: [] } },
      ["certificate, expected and not seen: issue web/edge-tls"],
    ],
  ])("is not true with a(n) %s", (_case, over, untruths) => {
    expect(findUntruths(evidence(over))).toEqual(untruths);
  });
});

describe("the table", () => {
  it("has a line for each row, also for one that failed or did not run, and says what is not true", () => {
    const replaced = [change("replace", "a"), change("replace", "b"), change("update", "c")];
    const table = truthTable([
      { change: "nothing", announced: [], done: [], untruths: [] },
      { change: "namespace", announced: replaced, done: replaced, untruths: ["spurious"] },
      { change: "protected", refused: true, untruths: [] },
      { change: "failed", announced: [update] },
      { change: "later" },
    ]);
    expect(table.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["CHANGE", "ANNOUNCED", "DONE", "REPLACED", "VERDICT"],
      ["nothing", "nothing", "nothing", "nothing", "true"],
      ["namespace", "replace 2, update 1", "replace 2, update 1", "2 Certificate", "UNTRUE"],
      ["protected", "refused", "refused", "-", "true"],
      ["failed", "update 1", "-", "-", "failed"],
      ["later", "-", "-", "-", "not run"],
      ["namespace: spurious"],
    ]);
  });
});

const kubeconfig = JSON.stringify({
  "current-context": "lab",
  clusters: [{ name: "lab", cluster: { server: "https://127.0.0.1" } }],
  contexts: [{ name: "lab", context: { cluster: "lab", user: "admin" } }],
  users: [{ name: "admin", user: { token: "t" } }],
});

describe("the rows", () => {
  it("rename a context without touching the cluster and the credentials", () => {
    expect(JSON.parse(renameContext(kubeconfig, "other"))).toEqual({
      "current-context": "other",
      clusters: [{ name: "lab", cluster: { server: "https://127.0.0.1" } }],
      contexts: [{ name: "other", context: { cluster: "lab", user: "other" } }],
      users: [{ name: "other", user: { token: "t" } }],
    });
  });

  it.each([
    ["preview-truth", rows, firstProgram(kubeconfig)],
    ["preview-truth-day-two", dayTwoRows, dayTwoProgram(kubeconfig)],
  ])("each change the program where they expect something: %s", (_story, table, first) => {
    let program: Program = first;
    for (const row of table) {
      const next = row.apply(program, { kubeconfig, otherKubeconfig: "other" });
      const changed = JSON.stringify(settingsOf(next)) !== JSON.stringify(settingsOf(program));
      expect(changed || row === table[0] || row.expected.length === 0, row.change).toBe(true);
      if (!row.refused) program = next;
    }
  });

  it("have names of their own, in both parts of the table", () => {
    const names = [...rows, ...dayTwoRows].map((row) => row.change);
    expect(new Set(names).size).toBe(names.length);
  });
});
