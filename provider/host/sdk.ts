import * as pulumi from "@pulumi/pulumi";
import type { IResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as resource from "@pulumi/pulumi/resource";
import * as runtimeResource from "@pulumi/pulumi/runtime/resource";
import * as settings from "@pulumi/pulumi/runtime/settings";
import * as state from "@pulumi/pulumi/runtime/state";

/**
 * What the SDK's own provider server uses of the SDK and its published types leave out. The SDK is pinned to one version, and the
 * contract suite covers each use.
 */
interface Hidden {
  /** Runs work with a state of its own, so that constructs under way at once do not share the engine they talk to. */
  withLocalStorage: <T>(work: () => Promise<T>) => Promise<T>;
  awaitFeatureSupport: () => Promise<void>;
  waitForRPCs: () => Promise<void>;
  /** The client by which the construct under way talks to its engine. */
  getMonitor: () => IResourceMonitorClient;
  hookBindingFromProto: (binding: unknown) => pulumi.ResourceHookBinding | undefined;
  DependencyResource: new (urn: string) => pulumi.Resource;
  DependencyProviderResource: new (reference: string) => pulumi.ProviderResource;
}

const hidden = { ...state, ...settings, ...runtimeResource, ...resource } as unknown as Hidden;

export const { awaitFeatureSupport, getMonitor, hookBindingFromProto, waitForRPCs, withLocalStorage } = hidden;
export const { DependencyProviderResource, DependencyResource } = hidden;

type Resources = Set<pulumi.Resource>;

/** The SDK's Output as it is at run time. */
export interface RuntimeOutput extends pulumi.OutputInstance<unknown> {
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
  allResources(): Promise<Resources>;
  promise(): Promise<unknown>;
}

type OutputConstructor = new (
  resources: Resources,
  value: Promise<unknown>,
  isKnown: Promise<boolean>,
  isSecret: Promise<boolean>,
  allResources: Promise<Resources>,
) => RuntimeOutput;

/** The class behind `pulumi.output`, whose type names its factories only. */
export const OutputClass = pulumi.Output as unknown as OutputConstructor;
