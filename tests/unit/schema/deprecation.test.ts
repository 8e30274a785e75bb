import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import * as log from "@pulumi/pulumi/log";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { Component, defineComponent } from "../../../provider/components/definition";
import { input, objectType } from "../../../provider/schema/vocabulary";
import { deprecationsIn } from "../../../provider/schema/walk";

const old = { deprecation: "use `name`" };
const part = objectType("Part", "A part.", { name: z.string().optional(), label: z.string().optional().meta(old) });
const args = z.strictObject({
  parts: z.array(part),
  title: input(z.string()).optional().meta(old),
  whole: input(part).optional(),
});

describe("deprecationsIn", () => {
  it("finds what is given, at any depth, also as an Output and in a leaf", () => {
    const given = { parts: [{ name: "a" }, { label: "b" }], title: pulumi.output("c"), whole: { label: "d" } };
    expect(deprecationsIn(args, given)).toEqual([
      { path: ["parts", 1, "label"], instead: "use `name`" },
      { path: ["title"], instead: "use `name`" },
      { path: ["whole", "label"], instead: "use `name`" },
    ]);
  });

  it("finds nothing in what is absent, unknown to the definition or not known yet", () => {
    const given = {
      parts: [{ label: undefined }],
      title: null,
      whole: pulumi.output({ label: "d" }),
      other: { label: 1 },
    };
    expect(deprecationsIn(args, given)).toEqual([]);
  });
});

describe("a component that is given something deprecated", () => {
  class Thing extends Component {
    constructor(name: string, _args: unknown, opts: pulumi.ComponentResourceOptions) {
      super("certfleet:index:Thing", name, {}, opts);
    }
  }
  const thing = defineComponent({
    token: "certfleet:index:Thing",
    description: "A thing.",
    args,
    outputs: z.object({}),
    create: Thing,
  });

  beforeAll(() => pulumi.runtime.setMocks({ call: () => ({}), newResource: () => ({ id: "", state: {} }) }));
  afterEach(() => vi.restoreAllMocks());

  it("is made, and says so", () => {
    const warn = vi.spyOn(log, "warn").mockResolvedValue();
    const component = thing.construct("thing", { parts: [{ label: "b" }] }, {});
    expect(warn.mock.calls).toEqual([["parts[0].label is deprecated: use `name`", component]]);
  });
});
