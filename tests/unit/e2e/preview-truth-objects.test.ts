import { describe, expect, it } from "vitest";
import { certificateChanges } from "../../e2e/support/preview-truth/certificates";
import type { Change } from "../../e2e/support/preview-truth/changes";
import {
  contradictions,
  objectsOf,
  shownChanges,
  type Listed,
  type Objects,
} from "../../e2e/support/preview-truth/cluster";

const secretType = "kubernetes:core/v1:Secret";

const change = (op: string, name: string): Change => ({
  op,
  type: "kubernetes:cert-manager.io/v1:Certificate",
  name,
  properties: [],
  ids: {},
});

const made = (uid: string, content = "x") => ({ uid, content, own: true });
const foreign = (uid: string) => ({ ...made(uid), own: false });

describe("clusters and clouds", () => {
  const before: Objects = new Map([
    ["Certificate web/a", made("1")],
    ["Certificate web/b", made("2")],
    ["Secret tls/token", made("3")],
    ["Key key/1", made("key/1")],
    ["Release cm/cm", made("r", "1")],
    ["Certificate web/theirs", foreign("5")],
  ]);

  it("show what is new, gone, made anew or other than it was", () => {
    const after: Objects = new Map([
      ["Certificate web/a", made("1", "y")],
      ["Certificate shop/b", made("4")],
      ["Secret tls/token", made("6")],
      ["Key key/2", made("key/2")],
      ["Release cm/cm", made("r", "1")],
      ["Certificate web/theirs", made("5", "y")],
    ]);
    const shown = [
      "create Certificate shop/b",
      "create Key key/2",
      "replace Secret tls/token",
      "update Certificate web/a",
      "delete Certificate web/b",
      "delete Key key/1",
      "import Certificate web/theirs",
    ];
    expect(shownChanges(before, after).sort()).toEqual(shown.sort());
    const done: Change[] = [
      { ...change("update", "edge-a"), ids: { before: "web/a", after: "web/a" } },
      { ...change("replace", "edge-b"), ids: { before: "web/b", after: "shop/b" } },
      {
        ...change("delete-before-replace", "token"),
        type: secretType,
        ids: { before: "tls/token", after: "tls/token" },
      },
      { ...change("create", "key-2"), type: "gcp:serviceaccount/key:Key", ids: { after: "key/2" } },
      { ...change("delete", "key"), type: "gcp:serviceaccount/key:Key", ids: { before: "key/1" } },
      { ...change("import", "theirs"), ids: { after: "web/theirs" } },
      { ...change("update", "theirs"), ids: { before: "web/theirs", after: "web/theirs" } },
      { ...change("update", "cluster"), type: "pulumi:providers:kubernetes", ids: { before: "p", after: "p" } },
    ];
    expect(contradictions(before, after, done)).toEqual([]);
    expect(contradictions(before, after, done.slice(1))).toEqual(["is there, but not done: update Certificate web/a"]);
    const keptKey = new Map([...after, ["Key key/1", made("key/1")] as const]);
    expect(contradictions(before, keptKey, done)).toEqual(["done, but not there: delete Key key/1"]);
  });

  it("contradict an engine that says more than was done", () => {
    const done: Change[] = [{ ...change("delete", "edge-a"), ids: { before: "web/a" } }];
    expect(contradictions(before, before, done)).toEqual(["done, but not there: delete Certificate web/a"]);
  });

  it("contradict an import that made another object of the name", () => {
    const after = new Map([...before, ["Certificate web/theirs", made("7")] as const]);
    const done: Change[] = [{ ...change("import", "theirs"), ids: { after: "web/theirs" } }];
    expect(contradictions(before, after, done)).toEqual([
      "is there, but not done: replace Certificate web/theirs",
      "done, but not there: import Certificate web/theirs",
    ]);
  });

  it("say nothing of what others do with what is theirs", () => {
    const theirs = new Map([["Secret web/theirs", foreign("1")]]);
    expect(shownChanges(theirs, new Map())).toEqual([]);
    expect(shownChanges(new Map(), theirs)).toEqual([]);
  });
});

describe("the certificates", () => {
  it("are issued where the serial is another or the first, and go with their Secret", () => {
    const before = new Map([
      ["web/same", "1"],
      ["web/renewed", "2"],
      ["web/gone", "3"],
    ]);
    const after = new Map([
      ["web/same", "1"],
      ["web/renewed", "4"],
      ["web/new", "5"],
    ]);
    expect(certificateChanges(before, after)).toEqual(["delete web/gone", "issue web/new", "issue web/renewed"]);
  });
});

describe("the objects of stacks", () => {
  const managedFields = [{ manager: "pulumi-kubernetes-1a2b3c4d" }];
  const certificate = (over: object): Listed => ({
    kind: "Certificate",
    metadata: { uid: "1", namespace: "web", name: "edge", managedFields, ...over },
    spec: {},
  });
  const revision = (version: number): Listed => ({
    kind: "Secret",
    type: "helm.sh/release.v1",
    metadata: {
      uid: `r${version}`,
      namespace: "cm",
      name: `v${version}`,
      labels: { name: "cm", version: `${version}` },
    },
  });

  it("are those that the Kubernetes plugin wrote", () => {
    const others = certificate({ name: "other", managedFields: [{ manager: "kubectl-create" }] });
    expect(objectsOf([certificate({}), others]).map(([key, { own }]) => [key, own])).toEqual([
      ["Certificate web/edge", true],
      ["Certificate web/other", false],
    ]);
  });

  it("differ with what somebody writes into them, not with their status", () => {
    const content = (object: Listed): string => objectsOf([object])[0]![1].content;
    const status = { ...certificate({}), status: { ready: true } };
    expect(content(status)).toBe(content(certificate({})));
    expect(content(certificate({ labels: { team: "bakery" } }))).not.toBe(content(certificate({})));
  });

  it("count a release once, by its last revision", () => {
    expect(objectsOf([10, 9, 2].map(revision)).filter(([key]) => key.startsWith("Release "))).toEqual([
      ["Release cm/cm", { uid: "r2", content: "10", own: true }],
    ]);
  });
});
