import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../lab";
import { Crud, startProbePlugin, urnOf } from "./support/crud";
import { objectOf, structOf } from "./support/fake-monitor";
import type { Plugin } from "./support/plugin";
import { secretValue, unknownValue } from "./support/wire";

interface InitFailed {
  id: string;
  reasons: string[];
  properties: Record<string, unknown>;
}

/** What a failed call says of a resource that exists nevertheless. */
function initFailure(error: grpc.ServiceError): InitFailed {
  const status = Status.deserializeBinary(error.metadata.get("grpc-status-details-bin")[0] as Buffer);
  const [detail] = status.getDetailsList();
  expect(detail!.getTypeName()).toBe("pulumirpc.ErrorResourceInitFailed");
  const failed = messages.ErrorResourceInitFailed.deserializeBinary(detail!.getValue_asU8());
  return { id: failed.getId(), reasons: failed.getReasonsList(), properties: objectOf(failed.getProperties()) };
}

const unexpected = (): never => {
  throw new Error("it did not fail");
};

describe("a custom resource", () => {
  let plugin: Plugin;
  let crud: Crud;
  beforeAll(async () => {
    plugin = await startProbePlugin();
    crud = new Crud(plugin);
  });
  afterAll(() => plugin.stop());

  describe("is checked", () => {
    it("with all problems at once, each by its path", async () => {
      const { failures } = await crud.check({
        name: "ab",
        size: "many",
        nested: { items: [{ text: "fine" }, { text: "" }] },
        pasword: "x",
      });
      expect(failures).toEqual(
        expect.arrayContaining([
          { property: "name", reason: 'must have at least 3 characters; got "ab"' },
          { property: "size", reason: 'must be a number; got "many"' },
          { property: "nested.items[1].text", reason: 'must not be empty; got ""' },
          { property: "pasword", reason: 'is not a known key; did you mean "password"?' },
        ]),
      );
      expect(failures).toHaveLength(4);
    });

    it("and gets its defaults, and keeps what is secret or not known", async () => {
      const news = { name: unknownValue, labels: { team: secretValue("web") }, password: "plain" };
      const { failures, inputs } = await crud.check(news);
      expect(failures).toEqual([]);
      expect(inputs).toEqual({ ...news, size: 1, password: secretValue("plain") });
    });

    it("without a secret's value in what is said of it", async () => {
      const planted = "Planted";
      const { failures } = await crud.check({
        name: secretValue("Pl"),
        size: secretValue(planted),
        labels: { team: secretValue([planted]) },
        password: secretValue({ planted }),
      });
      expect(failures.length).toBeGreaterThanOrEqual(4);
      expect(JSON.stringify(failures)).not.toMatch(/Planted|"Pl\\"/);
    });
  });

  describe("is compared", () => {
    it("leaf by leaf, with the kind of each change", async () => {
      const olds = {
        name: "one",
        size: 1,
        labels: { a: "1", b: "2" },
        nested: { items: [{ text: "x" }, { text: "y" }] },
      };
      const news = { name: "one", size: 2, labels: { b: "3", "c.d": "4" }, nested: { items: [{ text: "x" }] } };
      const { changes, detailed, diffs, replaces, stables } = await crud.diff(olds, news);
      expect({ changes, replaces, stables }).toEqual({ changes: true, replaces: [], stables: ["serial"] });
      expect(detailed).toEqual({
        size: "UPDATE",
        "labels.a": "DELETE",
        "labels.b": "UPDATE",
        'labels["c.d"]': "ADD",
        "nested.items[1]": "DELETE",
      });
      expect(diffs.sort()).toEqual(["labels", "nested", "size"]);
    });

    it("and replaced where its definition says so", async () => {
      const { detailed, replaces } = await crud.diff({ name: "one", size: 1 }, { name: "two", size: 2 });
      expect(replaces).toEqual(["name"]);
      expect(detailed).toEqual({ name: "UPDATE_REPLACE", size: "UPDATE" });
    });

    it("by what secrets hold: to mark one is no change, to change one is", async () => {
      expect((await crud.diff({ password: "same" }, { password: secretValue("same") })).changes).toBe(false);
      const { detailed } = await crud.diff({ password: secretValue("old") }, { password: secretValue("new") });
      expect(detailed).toEqual({ password: "UPDATE" });
    });

    it("with what is not known yet taken for a change", async () => {
      const { detailed } = await crud.diff({ name: "one", size: 1 }, { name: unknownValue, size: unknownValue });
      expect(detailed).toEqual({ name: "UPDATE_REPLACE", size: "UPDATE" });
    });

    it.each([
      [["size"], { name: "UPDATE_REPLACE", "labels.a": "UPDATE", "nested.items[0].text": "UPDATE" }],
      [["name", "labels"], { size: "UPDATE", "nested.items[0].text": "UPDATE" }],
      [['labels["a"]', "nested.items[*].text", "name", "size"], {}],
    ])("without what the program ignores: %j", async (ignoreChanges, expected) => {
      const olds = { name: "one", size: 1, labels: { a: "1" }, nested: { items: [{ text: "x" }] } };
      const news = { name: "two", size: 2, labels: { a: "2" }, nested: { items: [{ text: "y" }] } };
      const { changes, detailed } = await crud.diff(olds, news, { ignoreChanges });
      expect(detailed).toEqual(expected);
      expect(changes).toBe(Object.keys(expected).length > 0);
    });
  });

  describe("in a preview", () => {
    it("shows what follows from its inputs, and the rest as not known", async () => {
      const inputs = { name: "one", size: 1, labels: { team: unknownValue }, password: secretValue("p") };
      const { id, properties } = await crud.create(inputs, { preview: true });
      expect(id).toBe("");
      expect(properties).toEqual({
        ...inputs,
        greeting: "hello one",
        serial: unknownValue,
        revision: unknownValue,
        key: secretValue(unknownValue),
        directory: unknownValue,
      });
    });

    it("makes nothing", async () => {
      await crud.create({ name: "never", size: 1 }, { preview: true });
      const { id, properties } = await crud.create({ name: "made", size: 1 });
      await crud.update(id, properties, { name: "made", size: 5 }, { preview: true });
      expect((await crud.read(id, properties)).properties).toMatchObject({ size: 1, revision: 1 });
    });

    it("of an update keeps what no update changes", async () => {
      const { id, properties } = await crud.create({ name: "one", size: 1, password: secretValue("p") });
      const news = { name: "two", size: 2, password: secretValue("p") };
      expect(await crud.update(id, properties, news, { preview: true })).toEqual({
        ...news,
        serial: properties.serial,
        greeting: "hello two",
        revision: unknownValue,
        key: secretValue(unknownValue),
        directory: unknownValue,
      });
    });
  });

  describe("lives", () => {
    it("from create over update to delete, with its secrets marked in the state", async () => {
      const inputs = { name: "one", size: 1, labels: { team: secretValue("web") }, password: secretValue("p") };
      const { id, properties } = await crud.create(inputs);
      expect(properties).toMatchObject({
        name: "one",
        labels: secretValue({ team: "web" }),
        password: secretValue("p"),
        key: secretValue(`key of ${id}`),
        revision: 1,
      });
      const updated = await crud.update(id, properties, { ...inputs, size: 3 });
      expect(updated).toMatchObject({ size: 3, revision: 2, key: secretValue(`key of ${id}`) });
      await crud.delete(id, updated);
      expect(await crud.read(id, updated, inputs)).toEqual({ id: "", inputs: {}, properties: {} });
      await crud.delete(id, updated);
    });

    it("and is refreshed with secrets kept", async () => {
      const inputs = { name: "one", size: 1, labels: secretValue({ team: "web" }), password: secretValue("p") };
      const { id, properties } = await crud.create(inputs);
      const found = await crud.read(id, properties, inputs);
      expect(found.inputs).toEqual(inputs);
      expect(found.properties).toEqual(properties);
    });

    it("and is imported by its id alone", async () => {
      const { id } = await crud.create({ name: "one", size: 2, password: secretValue("p") });
      const found = await crud.read(id);
      expect(found.inputs).toEqual({ name: "one", size: 2, password: secretValue("p") });
      expect(found.properties).toMatchObject({ serial: id, key: secretValue(`key of ${id}`) });
      expect((await crud.read("nobody")).id).toBe("");
    });

    it("and says so where it cannot be imported or changed in place", async () => {
      const only = new Crud(plugin, urnOf("one", "certfleet:index:Fixed"));
      await expect(only.read("fixed")).rejects.toMatchObject({
        details: "certfleet:index:Fixed cannot be imported; let the program make a new one",
      });
      const kept = { name: "one" };
      expect(await only.read("fixed", kept, kept)).toEqual({ id: "fixed", inputs: kept, properties: kept });
      await expect(only.update("fixed", kept, { name: "two" })).rejects.toMatchObject({
        details: "certfleet:index:Fixed cannot be changed in place",
      });
      await only.delete("fixed", kept);
    });
  });

  describe("that goes wrong", () => {
    /** A call that the engine cancels as soon as it is under way. */
    async function cancelled<T>(call: Promise<T>): Promise<T> {
      let ended = false;
      const settled = call.finally(() => (ended = true));
      settled.catch(() => undefined);
      const cancel = async (): Promise<string | undefined> => {
        await plugin.call((client) => client.cancel.bind(client), new Empty());
        return ended ? undefined : "the call has not begun, or not ended";
      };
      await waitFor("the call to be cancelled", cancel, { seconds: 20, every: 50 });
      return settled;
    }

    it("says what its implementation said", async () => {
      await expect(crud.create({ name: "one", size: 1, behaviour: "fail" })).rejects.toMatchObject({
        details: "the probe was told to fail",
      });
    });

    it("reaches the state if it exists nevertheless, with its secrets marked", async () => {
      const inputs = { name: "one", size: 1, password: secretValue("p"), behaviour: "unfinished" };
      const failed = await crud.create(inputs).then(unexpected, initFailure);
      expect(failed.id).toMatch(/^probe-/);
      expect(failed.reasons).toEqual(["the probe exists, and is not finished"]);
      expect(failed.properties).toMatchObject({ name: "one", password: secretValue("p") });
    });

    it("reaches the state also if it is ended early, by its bound or by the engine", async () => {
      const inputs = { name: "one", size: 1, behaviour: "unfinished-when-ended" };
      const late = await crud.create(inputs, { timeout: 0.2 }).then(unexpected, initFailure);
      expect(late.reasons[0]).toMatch(/did not end within 0.2 seconds.*; the probe exists already$/);
      const early = await cancelled(crud.create(inputs)).then(unexpected, initFailure);
      expect(early.reasons[0]).toMatch(/^cancelled: .*; the probe exists already$/);
      expect((await crud.read(early.id)).properties).toMatchObject({ name: "one" });
    });

    it("ends when its time has passed, and says how to give it more", async () => {
      await expect(crud.create({ name: "one", size: 1, behaviour: "hang" }, { timeout: 0.2 })).rejects.toMatchObject({
        code: grpc.status.DEADLINE_EXCEEDED,
        details: expect.stringContaining("customTimeouts") as string,
      });
    });

    it("ends when the engine cancels, and the plugin goes on", async () => {
      const creating = cancelled(crud.create({ name: "one", size: 1, behaviour: "hang" }));
      await expect(creating).rejects.toMatchObject({ code: grpc.status.CANCELLED });
      expect((await crud.create({ name: "next", size: 1 })).properties).toMatchObject({ greeting: "hello next" });
    });

    it("fails the call under way where an error is thrown that nobody waits for", async () => {
      await expect(crud.create({ name: "one", size: 1, behaviour: "throw-later" })).rejects.toMatchObject({
        details: "nobody waited for this",
      });
      expect(plugin.running).toBe(true);
    });
  });

  it("uses the configuration of its provider", async () => {
    const directory = "https://ca.example.com/directory";
    const request = new messages.ConfigureRequest().setArgs(structOf({ directory }));
    await plugin.call((client) => client.configure.bind(client), request);
    expect((await crud.create({ name: "one", size: 1 })).properties).toMatchObject({ directory });
  });
});
