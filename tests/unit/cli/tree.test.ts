import { describe, expect, it } from "vitest";
import type { Report } from "../../../provider/cli/reports";
import { renderTree, useColours } from "../../../provider/cli/tree";

const ready: Report = {
  kind: "Certificate",
  namespace: "web",
  name: "shop",
  hosts: ["shop.example.com"],
  ready: true,
  step: {
    object: "Certificate web/shop",
    health: "ready",
    says: "Ready: up to date",
    facts: { notAfter: "2027-02-20T13:56:11Z", revision: "2" },
    below: [],
  },
  commands: ["kubectl describe certificate"],
};

const failing: Report = {
  ...ready,
  kind: "Gateway",
  ready: false,
  step: {
    object: "Gateway web/shop",
    health: "waiting",
    says: "Pending",
    below: [{ object: "GatewayClass istio", health: "missing", says: "does not exist", below: [] }],
  },
  cause: {
    name: "gateway-class",
    at: "GatewayClass istio",
    reason: "does not exist",
    summary: "nothing serves it",
    fix: "install one",
  },
  nextRetry: "2026-11-25T04:17:03Z",
};

describe("renderTree", () => {
  it("shows by host what is ready, and what holds up the rest", () => {
    expect(renderTree([ready, failing], false).split("\n")).toEqual([
      "shop.example.com",
      "  ✔ Certificate web/shop: Ready: up to date",
      "    notAfter 2027-02-20T13:56:11Z, revision 2",
      "  … Gateway web/shop: Pending",
      "    ? GatewayClass istio: does not exist",
      "    cause: nothing serves it",
      "    fix: install one",
      "    next attempt: 2026-11-25T04:17:03Z",
      "    to see more: kubectl describe certificate",
      "",
      "1 of 2 ready",
      "",
    ]);
  });

  it("says so where there is nothing", () => {
    expect(renderTree([], false)).toContain("--all");
  });

  it("shows issuers before hosts, whatever those begin with", () => {
    const issuer = { ...ready, kind: "ClusterIssuer", name: "zz-issuer", hosts: [] };
    const wildcard = { ...ready, hosts: ["*.example.com"] };
    const lines = renderTree([ready, wildcard, issuer], false).split("\n");
    expect(lines.filter((line) => /^\S/.test(line))).toEqual([
      "zz-issuer",
      "*.example.com",
      "shop.example.com",
      "3 of 3 ready",
    ]);
  });

  it("has colours on request alone", () => {
    expect(renderTree([ready], true)).toContain("\u001b[32m✔ Certificate web/shop\u001b[0m");
    expect(renderTree([ready, failing], false)).not.toContain("\u001b");
  });
});

describe("useColours", () => {
  it.each([
    [{ isTTY: true }, {}, true],
    [{ isTTY: true }, { NO_COLOR: "1" }, false],
    [{}, {}, false],
    [{ isTTY: true }, { TERM: "dumb" }, false],
    [{}, { FORCE_COLOR: "1" }, true],
    [{}, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
    [{ isTTY: true }, { FORCE_COLOR: "0" }, false],
  ])("of %j and %j is %s", (stream, env, expected) => {
    expect(useColours(stream, env)).toBe(expected);
  });
});
