import * as pulumi from "@pulumi/pulumi";
import { ConstructResponse, type ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import type { ComponentDefinition, ComponentOptions } from "../components/definition";
import type { ProviderConfig } from "../plan/provider-config";
import { inputError } from "../schema/problems";
import { dropPromiseTraces } from "./lean-sdk";
import { dropDebugMessages } from "./logging";
import {
  awaitFeatureSupport,
  DependencyProviderResource,
  DependencyResource,
  getMonitor,
  hookBindingFromProto,
  waitForRPCs,
  withLocalStorage,
} from "./sdk";
import { decodeInputs } from "./wire";
import { warnOfLongWaits } from "./waits";
import { fromStruct, toStruct } from "./wire-format";

dropDebugMessages();
dropPromiseTraces();

/** Makes one component: its children are registered with the engine that asks, and its outputs are the answer. */
export function construct(
  definition: ComponentDefinition,
  request: ConstructRequest,
  engineAddress: string,
  config: ProviderConfig,
): Promise<ConstructResponse> {
  return withLocalStorage(async () => {
    await configureRuntime(request, engineAddress);
    const name = request.getName();
    const { value, problems } = decodeInputs(fromStruct(request.getInputs()));
    if (problems.length > 0) throw inputError(definition.token, name, problems);
    // With a kubeconfig certfleet waits by itself, and tells more.
    const looksItself = value.kubeconfig !== undefined || config.kubeconfig !== undefined;
    if (!request.getDryrun() && !looksItself) warnOfLongWaits(getMonitor());
    const component = definition.construct(name, value, optionsOf(request), config);
    const response = await answer(component.urn, component.outputs);
    await waitForRPCs();
    return response;
  });
}

async function configureRuntime(request: ConstructRequest, engineAddress: string): Promise<void> {
  pulumi.runtime.resetOptions(
    request.getProject(),
    request.getStack(),
    request.getParallel(),
    engineAddress,
    request.getMonitorendpoint(),
    request.getDryrun(),
    request.getOrganization(),
  );
  await awaitFeatureSupport();
  const settings = Object.fromEntries(request.getConfigMap().toArray());
  pulumi.runtime.setAllConfig(settings, request.getConfigsecretkeysList());
}

function optionsOf(request: ConstructRequest): ComponentOptions {
  const providers = request.getProvidersMap().toArray();
  const [parent, deletedWith] = [request.getParent(), request.getDeletedwith()];
  const [timeouts, trigger] = [request.getCustomtimeouts(), request.getReplacementTrigger()];
  return {
    aliases: request.getAliasesList().flatMap(aliasOf),
    dependsOn: request.getDependenciesList().map((urn) => new DependencyResource(urn)),
    protect: request.getProtect(),
    providers: Object.fromEntries(
      providers.map(([name, reference]) => [name, new DependencyProviderResource(reference)]),
    ),
    ...(parent ? { parent: new DependencyResource(parent) } : {}),
    // The children of a component go with what the component goes with: nothing can be deleted on a cluster that is gone.
    ...(deletedWith
      ? { deletedWith: new DependencyResource(deletedWith), transformations: [goesWith(deletedWith)] }
      : {}),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    ...(timeouts ? { customTimeouts: timeoutsOf(timeouts) } : {}),
    retainOnDelete: request.getRetainondelete(),
    replaceWith: request.getReplaceWithList().map((urn) => new DependencyResource(urn)),
    ...(trigger
      ? { replacementTrigger: pulumi.runtime.deserializeProperty(trigger.toJavaScript(), true) as unknown }
      : {}),
    hooks: hookBindingFromProto(request.getResourceHooks()),
  };
}

const timeoutsOf = (timeouts: ConstructRequest.CustomTimeouts): pulumi.CustomTimeouts => ({
  create: timeouts.getCreate(),
  update: timeouts.getUpdate(),
  delete: timeouts.getDelete(),
});

/** Children inherit no deletedWith by themselves; a transformation reaches all of them, at any depth. */
function goesWith(urn: string): pulumi.ResourceTransformation {
  return ({ props, opts }) => ({
    props,
    opts: { ...opts, deletedWith: opts.deletedWith ?? new DependencyResource(urn) },
  });
}

type AliasMessage = ReturnType<ConstructRequest["getAliasesList"]>[number];

function aliasOf(message: AliasMessage): (string | pulumi.Alias)[] {
  if (message.hasUrn()) return [message.getUrn()];
  const spec = message.getSpec();
  if (!spec) return [];
  const given = { name: spec.getName(), type: spec.getType(), project: spec.getProject(), stack: spec.getStack() };
  const alias: pulumi.Alias = Object.fromEntries(Object.entries(given).filter(([, text]) => text !== ""));
  if (spec.hasParenturn()) return [{ ...alias, parent: spec.getParenturn() }];
  return [spec.getNoparent() ? { ...alias, parent: pulumi.rootStackResource } : alias];
}

async function answer(urn: pulumi.Output<string>, outputs: pulumi.Inputs): Promise<ConstructResponse> {
  const response = new ConstructResponse();
  response.setUrn(await promiseOf(urn));
  const [state, dependencies] = await pulumi.runtime.serializeResourceProperties("outputs", outputs);
  for (const [key, resources] of dependencies) {
    const urns = await Promise.all([...resources].map((resource) => promiseOf(resource.urn)));
    response.getStatedependenciesMap().set(key, new ConstructResponse.PropertyDependencies().setUrnsList(urns));
  }
  return response.setState(toStruct(state));
}

const promiseOf = (urn: pulumi.Output<string>): Promise<string> =>
  (urn as unknown as { promise(): Promise<string> }).promise();
