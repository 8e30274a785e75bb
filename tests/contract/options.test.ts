import { Alias } from "@pulumi/pulumi/proto/alias_pb";
import { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { Value } from "google-protobuf/google/protobuf/struct_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { construct } from "./support/construct";
import { clusterInputs } from "./support/inputs";
import { Plugin } from "./support/plugin";

const other = "urn:pulumi:test::shop::a:b:C::other";

describe("the options of a component", () => {
  let plugin: Plugin;
  beforeAll(async () => {
    plugin = await Plugin.start();
  });
  afterAll(() => plugin.stop());

  /** The component's own registration. */
  async function registered(customize: (request: ConstructRequest) => unknown) {
    const { registrations } = await construct(plugin, clusterInputs(), { customize });
    expect(registrations[0]).toMatchObject({ type: "certfleet:index:ClusterTls", name: "edge" });
    return registrations[0]!.request;
  }

  it("reach its registration: protect, retainOnDelete, ignoreChanges, replaceOnChanges", async () => {
    const request = await registered((to) =>
      to
        .setProtect(true)
        .setRetainondelete(true)
        .setIgnorechangesList(["domains"])
        .setReplaceonchangesList(["certManager"]),
    );
    expect(request.getProtect()).toBe(true);
    expect(request.getRetainondelete()).toBe(true);
    expect(request.getIgnorechangesList()).toEqual(["domains"]);
    expect(request.getReplaceonchangesList()).toEqual(["certManager"]);
  });

  it("reach its registration: customTimeouts, all three", async () => {
    const timeouts = new ConstructRequest.CustomTimeouts().setCreate("1m").setUpdate("2m").setDelete("3m");
    const found = (await registered((to) => to.setCustomtimeouts(timeouts))).getCustomtimeouts()!;
    expect([found.getCreate(), found.getUpdate(), found.getDelete()]).toEqual(["1m", "2m", "3m"]);
  });

  it("reach its registration: replaceWith and replacementTrigger", async () => {
    const trigger = Value.fromJavaScript("second");
    const request = await registered((to) => to.setReplaceWithList([other]).setReplacementTrigger(trigger));
    expect(request.getReplaceWithList()).toEqual([other]);
    expect(request.getReplacementTrigger()!.toJavaScript()).toBe("second");
  });

  it("reach its registration: aliases by URN, by name and type, and by parent", async () => {
    const aliases = [
      new Alias().setUrn(other),
      new Alias().setSpec(new Alias.Spec().setName("old").setType("certfleet:index:Old").setParenturn(other)),
      new Alias().setSpec(new Alias.Spec().setName("top").setNoparent(true)),
    ];
    const request = await registered((to) => to.setAliasesList(aliases));
    const found = request.getAliasesList().map((alias) => alias.toObject());
    expect(found[0]).toMatchObject({ urn: other });
    expect(found[1]).toMatchObject({ spec: { name: "old", type: "certfleet:index:Old", parenturn: other } });
    expect(found[2]).toMatchObject({ spec: { name: "top", noparent: true } });
  });

  it("reach its registration: hooks, by name", async () => {
    const hooks = new ConstructRequest.ResourceHooksBinding().setAfterCreateList(["notify"]);
    const request = await registered((to) => to.setResourceHooks(hooks));
    expect(request.getHooks()!.getAfterCreateList()).toEqual(["notify"]);
  });
});
