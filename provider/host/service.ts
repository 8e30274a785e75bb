import type * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { readFile } from "node:fs/promises";
import type { ProviderConfig } from "../plan/provider-config";
import { toServiceError } from "./failures";
import type { Operations } from "./operations";
import type { Operating } from "./operate";
import { load, type Registry } from "./registry";

/** What the plugin serves, and what it knows of the engine that it serves it to. */
export interface Session {
  version: string;
  /** Path of schema.json. */
  schema: string;
  registry: Registry;
  operations: Operations;
  /** Where the engine listens; absent until Attach when a debugger started the plugin. */
  engineAddress: string | undefined;
  /** As Configure left it. */
  config: ProviderConfig;
}

type Handler<Q, R> = (request: Q) => R | Promise<R>;

/** The calls of the engine's protocol (pulumi/proto/pulumi/provider.proto). What is left out answers UNIMPLEMENTED. */
export function service(session: Session): grpc.UntypedServiceImplementation {
  const handlers = { ...pluginHandlers(session), ...configurationHandlers(session), ...resourceHandlers(session) };
  const calls = Object.entries(handlers).map(([name, handler]) => [
    name,
    unary(session.operations, handler as Handler<unknown, unknown>),
  ]);
  return Object.fromEntries(calls) as grpc.UntypedServiceImplementation;
}

function unary<Q, R>(operations: Operations, handle: Handler<Q, R>): grpc.handleUnaryCall<Q, R> {
  return ({ request }, callback) => {
    operations
      .run(async () => handle(request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(toServiceError(error)),
      );
  };
}

function pluginHandlers(session: Session) {
  return {
    getPluginInfo: () => new PluginInfo().setVersion(session.version),
    getSchema: async (request: messages.GetSchemaRequest) => {
      if (request.getVersion() !== 0) throw new Error(`schema version ${request.getVersion()} is not known; 0 is`);
      return new messages.GetSchemaResponse().setSchema(await readFile(session.schema, "utf8"));
    },
    attach: (request: { getAddress(): string }) => {
      session.engineAddress = request.getAddress();
      return new Empty();
    },
    cancel: () => {
      session.operations.cancelAll();
      return new Empty();
    },
    invoke: (request: messages.InvokeRequest) => load({}, request.getTok(), "function"),
    call: (request: messages.CallRequest) => load({}, request.getTok(), "function"),
  };
}

function configurationHandlers(session: Session) {
  const configuration = () => import("./configuration.js");
  return {
    checkConfig: async (request: messages.CheckRequest) => (await configuration()).checkConfig(request),
    diffConfig: async (request: messages.DiffRequest) => (await configuration()).diffConfig(request),
    configure: async (request: messages.ConfigureRequest) => {
      const { config, response } = (await configuration()).configure(request);
      session.config = config;
      return response;
    },
  };
}

function resourceHandlers(session: Session) {
  const { registry, operations } = session;
  const definitionOf = (urn: string) => load(registry.resources, typeOf(urn), "resource");
  const operating = async (urn: string): Promise<Operating> => {
    return { definition: await definitionOf(urn), config: session.config, operations };
  };
  const operate = () => import("./operate.js");
  return {
    construct: async (request: messages.ConstructRequest) => {
      const definition = await load(registry.components, request.getType(), "component");
      const { construct } = await import("./construct.js");
      return construct(definition, request, session.engineAddress ?? "", session.config);
    },
    check: async (request: messages.CheckRequest) =>
      (await import("./check.js")).check(await definitionOf(request.getUrn()), request),
    diff: async (request: messages.DiffRequest) =>
      (await import("./diff.js")).diff(await definitionOf(request.getUrn()), request),
    create: async (request: messages.CreateRequest) =>
      (await operate()).create(await operating(request.getUrn()), request),
    read: async (request: messages.ReadRequest) => (await operate()).read(await operating(request.getUrn()), request),
    update: async (request: messages.UpdateRequest) =>
      (await operate()).update(await operating(request.getUrn()), request),
    delete: async (request: messages.DeleteRequest) => {
      await (await operate()).remove(await operating(request.getUrn()), request);
      return new Empty();
    },
  };
}

/** The type of a resource: the last of the types in its URN, after those of its parents. */
const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").pop() ?? "";
