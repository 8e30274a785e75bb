import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { causeNames } from "../../../provider/diagnosis/types";

const guide = join(__dirname, "..", "..", "..", "docs", "guides", "when-it-fails.md");

describe("docs/guides/when-it-fails.md", () => {
  it("names every cause that the JSON of certfleet status may have, and no other", () => {
    const [, listed = ""] = /^Causes: ([^]*?)\. There/m.exec(readFileSync(guide, "utf8")) ?? [];
    const named = [...listed.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    expect(named).toEqual([...causeNames].sort());
  });
});
