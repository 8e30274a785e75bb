import * as messages from "@pulumi/pulumi/proto/provider_pb";
import fc from "fast-check";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../lab";
import { domain } from "../support/builders";
import { tryConstruct } from "./support/construct";
import { Crud, startProbePlugin, urnOf } from "./support/crud";
import { clusterInputs } from "./support/inputs";
import { Plugin } from "./support/plugin";
import { propertyErrors, secretValue, signature, unknownValue } from "./support/wire";

const special = (kind: string, rest: Record<string, unknown> = {}) => ({ [signature]: kind, ...rest });
const resourceReference = special("5cf8f73096256a8f31e491e813e4eb8e", { urn: urnOf("other"), id: "x" });
const asset = special("c44067f5952c0a294b673a41bacd8c17", { text: "x" });

/** A Struct as a field of a message, nested so deep that only bytes can say it: {"a": {"a": ...}}. */
function nestedField(field: number, depth: number): Buffer {
  // Written from the innermost outwards, because each length stands before what it measures.
  const parts: Buffer[] = [];
  let length = 0;
  const prepend = (part: Buffer): void => {
    parts.push(part);
    length += part.length;
  };
  const open = (tag: number): void => prepend(Buffer.from([(tag << 3) | 2, ...varint(length)]));
  for (let level = 0; level < depth; level++) {
    open(5); // Value.struct_value
    open(2); // value of the entry
    prepend(Buffer.from([0x0a, 0x01, 0x61])); // its key, "a"
    open(1); // Struct.fields
  }
  open(field);
  return Buffer.concat(parts.reverse());
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

describe("hostile messages", () => {
  let plugin: Plugin;
  let crud: Crud;
  beforeAll(async () => {
    plugin = await startProbePlugin();
    crud = new Crud(plugin);
  });
  afterAll(() => plugin.stop());

  async function stillAnswers(): Promise<void> {
    const info = await plugin.call((client) => client.getPluginInfo.bind(client), new Empty());
    expect(info.getVersion()).toMatch(/^\d/);
    expect(plugin.running).toBe(true);
  }

  it.each([
    ["a resource", resourceReference, "is a resource; pass one of its outputs instead"],
    ["an asset", asset, "is an asset or archive; pass its text instead"],
    ["a value of an unknown kind", special("0000"), "is a special value of a kind"],
    ["a broken kind", special(7 as never), "is a special value of a kind"],
  ])("are answered by path: %s", async (_case, value, reason) => {
    const domains = [{ ...domain("tea.example.com"), backend: { service: value, port: 80 } }];
    const { error, registrations } = await tryConstruct(plugin, { ...clusterInputs(), domains });
    expect(propertyErrors(error!)).toEqual([
      { path: "domains[0].backend.service", reason: expect.stringContaining(reason) as string },
    ]);
    expect(registrations).toEqual([]);
    const { failures } = await crud.check({ name: "one", labels: { team: value } });
    expect(failures).toEqual([{ property: "labels.team", reason: expect.stringContaining(reason) as string }]);
  });

  it("with any JSON in any place are checked without a crash, and paths start at a known key", async () => {
    const key = fc.constantFrom("name", "size", "labels", "password", "nested", "behaviour", "__proto__", "other");
    const leaf = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(unknownValue, secretValue("x"), asset));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, leaf as fc.Arbitrary<unknown>), async (news) => {
        const { failures } = await crud.check(news);
        for (const { property } of failures) {
          const [first] = property.split(/[.[]/);
          expect([...Object.keys(news), "name", ""]).toContain(first);
        }
        await crud.diff(news, {});
        await crud.create({ ...news, behaviour: "fail" }, { preview: true });
      }),
      { numRuns: 150 },
    );
    await stillAnswers();
  });

  it("that are huge are read: 20,000 domains in one message, with one bad at the end", async () => {
    const many = Array.from({ length: 20_000 }, (_, index) => domain(`host-${index}.example.com`));
    const domains = [...many, { ...domain("last.example.com"), backend: { service: "Last", port: 80 } }];
    const { error } = await tryConstruct(plugin, { ...clusterInputs(), domains }, { dryRun: true });
    expect(propertyErrors(error!).map(({ path }) => path)).toEqual(["domains[20000].backend.service"]);
  });

  it("with a huge text are answered with a short error", async () => {
    const { failures } = await crud.check({ name: "one", size: "9".repeat(5_000_000) });
    expect(failures.map(({ property }) => property)).toEqual(["size"]);
    expect(failures[0]!.reason.length).toBeLessThan(200);
  });

  const nestedCheck = (depth: number): Promise<Buffer> => {
    const request = new messages.CheckRequest().setUrn(urnOf("one"));
    const bytes = Buffer.concat([Buffer.from(request.serializeBinary()), nestedField(3, depth)]);
    return plugin.raw("/pulumirpc.ResourceProvider/Check", bytes);
  };

  it("nested a little are answered by path", async () => {
    const response = messages.CheckResponse.deserializeBinary(await nestedCheck(5));
    expect(response.getFailuresList().map((failure) => failure.getProperty())).toContain("a");
  });

  it("nested deeper than a stack are answered with an error, whichever part of the plugin meets its end", async () => {
    const answers = await Promise.all(
      [1_000, 2_000, 4_000, 8_000, 100_000].map((depth) =>
        nestedCheck(depth).then(
          (bytes) => messages.CheckResponse.deserializeBinary(bytes).getFailuresList().length,
          (error: { details: string }) => error.details,
        ),
      ),
    );
    const known = ["the message is nested too deeply to be read", "Error deserializing request"];
    for (const answer of answers) expect(typeof answer === "number" ? answer > 0 : known.includes(answer)).toBe(true);
    expect(answers.at(-1)).toBe("Error deserializing request");
    await stillAnswers();
  });

  it.each([
    ["Check", (to: Plugin, urn: string) => to.call((c) => c.check.bind(c), new messages.CheckRequest().setUrn(urn))],
    ["Diff", (to: Plugin, urn: string) => to.call((c) => c.diff.bind(c), new messages.DiffRequest().setUrn(urn))],
    ["Create", (to: Plugin, urn: string) => to.call((c) => c.create.bind(c), new messages.CreateRequest().setUrn(urn))],
    ["Read", (to: Plugin, urn: string) => to.call((c) => c.read.bind(c), new messages.ReadRequest().setUrn(urn))],
    ["Update", (to: Plugin, urn: string) => to.call((c) => c.update.bind(c), new messages.UpdateRequest().setUrn(urn))],
    ["Delete", (to: Plugin, urn: string) => to.call((c) => c.delete.bind(c), new messages.DeleteRequest().setUrn(urn))],
  ])("that name nothing it has are refused by name: %s", async (_method, send) => {
    for (const urn of [urnOf("one", "certfleet:index:Prob"), "urn:pulumi:x", "constructor", ""]) {
      await expect(send(plugin, urn)).rejects.toMatchObject({
        details: expect.stringContaining("is no resource of certfleet; it has: certfleet:index:Probe") as string,
      });
    }
    await stillAnswers();
  });

  it("without any property are survived by a resource that exists", async () => {
    const urn = urnOf("one");
    await plugin.call((c) => c.check.bind(c), new messages.CheckRequest().setUrn(urn));
    await plugin.call((c) => c.diff.bind(c), new messages.DiffRequest().setUrn(urn));
    await plugin.call((c) => c.create.bind(c), new messages.CreateRequest().setUrn(urn).setPreview(true));
    await plugin.call((c) => c.delete.bind(c), new messages.DeleteRequest().setUrn(urn));
    await stillAnswers();
  });

  it.each([
    ["Call", (to: Plugin) => to.call((c) => c.call.bind(c), new messages.CallRequest().setTok("certfleet:index:f"))],
    [
      "Invoke",
      (to: Plugin) => to.call((c) => c.invoke.bind(c), new messages.InvokeRequest().setTok("certfleet:index:f")),
    ],
  ])("for functions it has not are refused by name: %s", async (_method, send) => {
    await expect(send(plugin)).rejects.toMatchObject({
      details: "certfleet:index:f is no function of certfleet; it has: none",
    });
  });
});

describe("an engine that is killed", () => {
  it("takes its plugins with it", async () => {
    const plugin = await Plugin.start();
    try {
      const { relay } = plugin;
      const greeted = (): Promise<string | undefined> => Promise.resolve(relay.greeted ? undefined : "it has not");
      await waitFor("the plugin to connect to its engine", greeted, { seconds: 30, every: 50 });
      relay.cut();
      const ended = (): Promise<string | undefined> =>
        Promise.resolve(plugin.running ? "the plugin still runs" : undefined);
      await waitFor("the plugin to end", ended, { seconds: 30, every: 50 });
    } finally {
      await plugin.stop();
    }
  });
});
