import * as grpc from "@grpc/grpc-js";
import { InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import {
  RegisterResourceResponse,
  SupportsFeatureResponse,
  type RegisterResourceOutputsRequest,
  type RegisterResourceRequest,
  type ResourceInvokeRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { listen, type Listening } from "./listen";

type Json = Record<string, unknown>;

/** A resource as the plugin asked the engine to register it. */
export interface Registration {
  urn: string;
  type: string;
  name: string;
  parent: string;
  custom: boolean;
  object: Json;
  provider: string;
  providers: Record<string, string>;
  dependencies: string[];
  deletedWith: string;
  /** As it came, for what few tests look at. */
  request: RegisterResourceRequest;
  version: string;
  timeouts: { create: string; update: string } | undefined;
}

export interface MonitorOptions {
  dryRun?: boolean;
  /** The provider's configuration is not known in this preview: the engine then asks no plugin, and answers with nothing. */
  unconfigured?: boolean;
  /** What a resource has beside its inputs once it exists; in a preview nobody knows. */
  outputs?: (registration: Registration) => Json;
  /** What is waited for before a resource counts as made. */
  ready?: (registration: Registration) => Promise<unknown>;
  /** What a provider's function answers. */
  invoke?: (token: string, args: Json) => Json;
}

/** A function that was called, through which provider. */
export interface Invocation {
  token: string;
  args: Json;
  provider: string;
}

/** The side of the engine that registers resources: it remembers them, and answers as if each were made as asked. */
export class FakeMonitor {
  readonly registrations: Registration[] = [];
  readonly outputs = new Map<string, Json>();
  readonly invocations: Invocation[] = [];
  readonly #options: MonitorOptions;
  #server: Listening | undefined;

  constructor(options: MonitorOptions = {}) {
    this.#options = options;
  }

  get address(): string {
    return this.#server!.address;
  }

  async start(): Promise<this> {
    this.#server = await listen(ResourceMonitorService, {
      supportsFeature: (_call: unknown, callback: grpc.sendUnaryData<SupportsFeatureResponse>) =>
        callback(null, new SupportsFeatureResponse().setHassupport(true)),
      registerResource: (
        call: { request: RegisterResourceRequest },
        callback: grpc.sendUnaryData<RegisterResourceResponse>,
      ) => void this.#register(call.request).then((response) => callback(null, response)),
      registerResourceOutputs: (
        call: { request: RegisterResourceOutputsRequest },
        callback: grpc.sendUnaryData<Empty>,
      ) => {
        this.outputs.set(call.request.getUrn(), objectOf(call.request.getOutputs()));
        callback(null, new Empty());
      },
      invoke: (call: { request: ResourceInvokeRequest }, callback: grpc.sendUnaryData<InvokeResponse>) =>
        callback(null, this.#invoke(call.request)),
    });
    return this;
  }

  stop(): void {
    this.#server?.stop();
  }

  async #register(request: RegisterResourceRequest): Promise<RegisterResourceResponse> {
    const registration = registrationOf(request);
    this.registrations.push(registration);
    const { dryRun, outputs, ready, unconfigured } = this.#options;
    await ready?.(registration);
    const made = dryRun ? {} : (outputs?.(registration) ?? {});
    const object = unconfigured && registration.custom ? {} : { ...registration.object, ...made };
    return new RegisterResourceResponse()
      .setUrn(registration.urn)
      .setId(registration.custom && !dryRun ? `${registration.name}-id` : "")
      .setObject(structOf(object));
  }

  /** Answers the functions of providers, and the one call that is made without: the state of a resource that exists, such as a provider. */
  #invoke(request: ResourceInvokeRequest): InvokeResponse {
    const [token, args] = [request.getTok(), objectOf(request.getArgs())];
    if (token !== "pulumi:pulumi:getResource") {
      this.invocations.push({ token, args, provider: request.getProvider() });
      return new InvokeResponse().setReturn(structOf(this.#options.invoke?.(token, args) ?? {}));
    }
    const { urn } = args;
    const id = this.#options.unconfigured ? "" : providerId;
    return new InvokeResponse().setReturn(structOf({ urn, id, state: {} }));
  }
}

/** A URN holds the types of all parents but the stack. */
function urnOf(type: string, name: string, parent: string): string {
  const above = parent.split("::")[2] ?? "";
  const qualified = above === "" || above === "pulumi:pulumi:Stack" ? type : `${above}$${type}`;
  return `urn:pulumi:test::shop::${qualified}::${name}`;
}

function registrationOf(request: RegisterResourceRequest): Registration {
  const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
  const timeouts = request.getCustomtimeouts();
  return {
    urn: urnOf(type, name, parent),
    type,
    name,
    parent,
    custom: request.getCustom(),
    object: objectOf(request.getObject()),
    provider: request.getProvider(),
    providers: Object.fromEntries(request.getProvidersMap().toArray()),
    dependencies: [...request.getDependenciesList()].sort(),
    deletedWith: request.getDeletedwith(),
    request,
    version: request.getVersion(),
    timeouts: timeouts && { create: timeouts.getCreate(), update: timeouts.getUpdate() },
  };
}

export const providerId = "1f0c1d5c-6d1e-4a0c-9a68-6d9c8a0a5b11";

export const structOf = (value: Json): Struct => Struct.fromJavaScript(value as Record<string, JavaScriptValue>);

export const objectOf = (struct: Struct | undefined): Json => struct?.toJavaScript() ?? {};
