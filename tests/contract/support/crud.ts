import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { join } from "node:path";
import { root } from "../../support/build";
import { objectOf, structOf } from "./fake-monitor";
import { Plugin } from "./plugin";

type Json = Record<string, unknown>;

const argv = [process.execPath, "--require", "tsx/cjs", join(root, "tests", "contract", "support", "probe-plugin.ts")];

/** The built plugin, serving the tests' own custom resources too. */
export const startProbePlugin = (): Promise<Plugin> => Plugin.start({ NODE_PATH: join(root, "node_modules") }, argv);

export const urnOf = (name: string, type = "certfleet:index:Probe"): string =>
  `urn:pulumi:test::shop::${type}::${name}`;

interface Failure {
  property: string;
  reason: string;
}

/** The calls on one custom resource, as an engine makes them. */
export class Crud {
  constructor(
    private readonly plugin: Plugin,
    private readonly urn = urnOf("one"),
  ) {}

  async check(news: Json, olds: Json = {}): Promise<{ inputs: Json; failures: Failure[] }> {
    const request = new messages.CheckRequest().setUrn(this.urn).setNews(structOf(news)).setOlds(structOf(olds));
    const response = await this.plugin.call((client) => client.check.bind(client), request);
    const failures = response.getFailuresList().map((failure) => failure.toObject());
    return { inputs: objectOf(response.getInputs()), failures };
  }

  async diff(olds: Json, news: Json, { ignoreChanges = [] as string[] } = {}) {
    const request = new messages.DiffRequest()
      .setUrn(this.urn)
      .setId("probe-1")
      .setOldInputs(structOf(olds))
      // The state has outputs, too, which must not be taken for inputs that are gone.
      .setOlds(structOf({ ...olds, serial: "probe-1", revision: 1 }))
      .setNews(structOf(news))
      .setIgnorechangesList(ignoreChanges);
    const response = await this.plugin.call((client) => client.diff.bind(client), request);
    const kinds = Object.entries(messages.PropertyDiff.Kind);
    const nameOf = (kind: number): string => kinds.find(([, value]) => Number(value) === kind)![0];
    const detailed = response.getDetaileddiffMap();
    return {
      changes: Number(response.getChanges()) === Number(messages.DiffResponse.DiffChanges.DIFF_SOME),
      replaces: response.getReplacesList(),
      stables: response.getStablesList(),
      diffs: response.getDiffsList(),
      detailed: Object.fromEntries([...detailed.keys()].map((path) => [path, nameOf(detailed.get(path)!.getKind())])),
    };
  }

  async create(inputs: Json, { preview = false, timeout = 0 } = {}): Promise<{ id: string; properties: Json }> {
    const request = new messages.CreateRequest()
      .setUrn(this.urn)
      .setProperties(structOf(inputs))
      .setPreview(preview)
      .setTimeout(timeout);
    const response = await this.plugin.call((client) => client.create.bind(client), request);
    return { id: response.getId(), properties: objectOf(response.getProperties()) };
  }

  async update(id: string, olds: Json, news: Json, { preview = false } = {}): Promise<Json> {
    const request = new messages.UpdateRequest()
      .setUrn(this.urn)
      .setId(id)
      .setOlds(structOf(olds))
      .setNews(structOf(news))
      .setPreview(preview);
    const response = await this.plugin.call((client) => client.update.bind(client), request);
    return objectOf(response.getProperties());
  }

  async read(id: string, properties: Json = {}, inputs: Json = {}) {
    const request = new messages.ReadRequest()
      .setUrn(this.urn)
      .setId(id)
      .setProperties(structOf(properties))
      .setInputs(structOf(inputs));
    const response = await this.plugin.call((client) => client.read.bind(client), request);
    return {
      id: response.getId(),
      inputs: objectOf(response.getInputs()),
      properties: objectOf(response.getProperties()),
    };
  }

  async delete(id: string, properties: Json): Promise<void> {
    const request = new messages.DeleteRequest().setUrn(this.urn).setId(id).setProperties(structOf(properties));
    await this.plugin.call((client) => client.delete.bind(client), request);
  }
}
