import * as grpc from "@grpc/grpc-js";
import { ConstructRequest, type ConstructResponse } from "@pulumi/pulumi/proto/provider_pb";
import { stackUrn } from "./fake-engine";
import { FakeMonitor, objectOf, providerId, structOf, type MonitorOptions, type Registration } from "./fake-monitor";
import type { Plugin } from "./plugin";

/** How the engine names the explicit provider of a cluster. */
export const providerOf = (cluster: string, id: string = providerId): string =>
  `urn:pulumi:test::shop::pulumi:providers:kubernetes::${cluster}::${id}`;

export const providerReference = providerOf("cluster");

export interface ConstructOptions extends MonitorOptions {
  type?: string;
  name?: string;
  /** URNs of the consumer's `dependsOn`. */
  dependsOn?: string[];
  /** URN of the consumer's `deletedWith`. */
  deletedWith?: string;
  /** Further options of the consumer. */
  customize?: (request: ConstructRequest) => unknown;
  /** Reference of the explicit provider. */
  provider?: string;
  /** One that several constructs share, as in a deployment; one of its own otherwise. */
  monitor?: FakeMonitor;
}

export interface Constructed {
  urn: string;
  state: Record<string, unknown>;
  registrations: Registration[];
  /** Registrations by "type name". */
  resources: Map<string, Registration>;
}

/** A component made by the plugin; fails as the plugin's answer fails. */
export async function construct(
  plugin: Plugin,
  inputs: Record<string, unknown>,
  options: ConstructOptions = {},
): Promise<Constructed> {
  const { error, registrations, response } = await tryConstruct(plugin, inputs, options);
  if (error) throw error;
  const resources = new Map(registrations.map((made) => [`${made.type} ${made.name}`, made]));
  return { urn: response!.getUrn(), state: objectOf(response!.getState()), registrations, resources };
}

export async function startMonitor(plugin: Plugin, options: MonitorOptions = {}): Promise<FakeMonitor> {
  const monitor = await new FakeMonitor(options).start();
  // An engine's monitor outlives every construct; one that ended first would cut off calls that nobody waits for.
  plugin.onStop(() => monitor.stop());
  return monitor;
}

export interface Attempt {
  error: grpc.ServiceError | undefined;
  response: ConstructResponse | undefined;
  registrations: Registration[];
}

/** The same, with a failure as an answer and with what had been registered by then. */
export async function tryConstruct(
  plugin: Plugin,
  inputs: Record<string, unknown>,
  options: ConstructOptions = {},
): Promise<Attempt> {
  const monitor = options.monitor ?? (await startMonitor(plugin, options));
  try {
    const request = constructRequest(monitor, inputs, options);
    const response = await plugin.call((client) => client.construct.bind(client), request);
    return { error: undefined, response, registrations: monitor.registrations };
  } catch (error) {
    return { error: error as grpc.ServiceError, response: undefined, registrations: monitor.registrations };
  }
}

export function constructRequest(
  monitor: FakeMonitor,
  inputs: Record<string, unknown>,
  options: ConstructOptions,
): ConstructRequest {
  const {
    type = "certfleet:index:ClusterTls",
    name = "edge",
    dependsOn = [],
    deletedWith = "",
    dryRun = false,
  } = options;
  const request = new ConstructRequest()
    .setProject("shop")
    .setStack("test")
    .setOrganization("organization")
    .setParallel(16)
    .setDryrun(dryRun)
    .setMonitorendpoint(monitor.address)
    .setType(type)
    .setName(name)
    .setParent(stackUrn)
    .setDependenciesList(dependsOn)
    .setDeletedwith(deletedWith)
    .setInputs(structOf(inputs));
  options.customize?.(request);
  request.getProvidersMap().set("kubernetes", options.provider ?? providerReference);
  return request;
}
