import {
  CreateResponse,
  ReadResponse,
  UpdateResponse,
  type CreateRequest,
  type DeleteRequest,
  type ReadRequest,
  type UpdateRequest,
} from "@pulumi/pulumi/proto/provider_pb";
import type { ProviderConfig } from "../plan/provider-config";
import { Unfinished, type ResourceDefinition } from "../resources/definition";
import { InitFailure } from "./failures";
import type { Operations } from "./operations";
import { inputsOf, outputsOf, plainOf, previewOutputs } from "./outputs";
import { fromStruct, toStruct, type Json } from "./wire-format";

/** What operations on custom resources share. */
export interface Operating {
  definition: ResourceDefinition;
  config: ProviderConfig;
  operations: Operations;
}

export async function create(operating: Operating, request: CreateRequest): Promise<CreateResponse> {
  const { definition, config, operations } = operating;
  const inputs = fromStruct(request.getProperties());
  if (request.getPreview()) return new CreateResponse().setProperties(toStruct(previewOutputs(definition, inputs, {})));
  const made = await operations.cancellable(`creating ${definition.token}`, request.getTimeout(), (signal) =>
    keepUnfinished(definition, inputs, () =>
      definition.create(plainOf(inputs), { config, signal, ...boundOf(request) }),
    ),
  );
  return new CreateResponse().setId(made.id).setProperties(toStruct(outputsOf(definition, inputs, made.state)));
}

export async function update(operating: Operating, request: UpdateRequest): Promise<UpdateResponse> {
  const { definition, config, operations } = operating;
  const [inputs, olds] = [fromStruct(request.getNews()), fromStruct(request.getOlds())];
  if (request.getPreview())
    return new UpdateResponse().setProperties(toStruct(previewOutputs(definition, inputs, olds)));
  const change = definition.update?.bind(definition);
  if (!change) throw new Error(`${definition.token} cannot be changed in place`);
  const existing = { id: request.getId(), state: plainOf(olds) };
  const state = await operations.cancellable(`updating ${definition.token}`, request.getTimeout(), (signal) =>
    keepUnfinished(definition, inputs, () =>
      change(existing, plainOf(inputs), { config, signal, ...boundOf(request) }),
    ),
  );
  return new UpdateResponse().setProperties(toStruct(outputsOf(definition, inputs, state)));
}

export async function remove(operating: Operating, request: DeleteRequest): Promise<void> {
  const { definition, config, operations } = operating;
  const existing = { id: request.getId(), state: plainOf(fromStruct(request.getProperties())) };
  await operations.cancellable(`deleting ${definition.token}`, request.getTimeout(), async (signal) =>
    definition.delete?.(existing, { config, signal, ...boundOf(request) }),
  );
}

/** A refresh where there are properties already, an import where there is only an id. */
export async function read(operating: Operating, request: ReadRequest): Promise<ReadResponse> {
  const { definition, config, operations } = operating;
  const [olds, before] = [fromStruct(request.getProperties()), fromStruct(request.getInputs())];
  const known = Object.keys(olds).length > 0;
  const id = request.getId();
  const look = definition.read?.bind(definition);
  if (!look && !known) throw new Error(`${definition.token} cannot be imported; let the program make a new one`);
  if (!look) return new ReadResponse().setId(id).setProperties(request.getProperties()).setInputs(request.getInputs());
  const found = await operations.cancellable(`reading ${definition.token}`, request.getTimeout(), (signal) =>
    keepUnfinished(definition, before, () =>
      look(id, known ? plainOf(olds) : undefined, { config, signal, ...boundOf(request) }),
    ),
  );
  if (!found) return new ReadResponse();
  const inputs = inputsOf(definition, found.args, before);
  const outputs = outputsOf(definition, inputs, found.state);
  return new ReadResponse().setId(id).setInputs(toStruct(inputs)).setProperties(toStruct(outputs));
}

const boundOf = (request: { getTimeout(): number }): { timeoutSeconds: number | undefined } => ({
  timeoutSeconds: request.getTimeout() || undefined,
});

/** What exists although an operation failed must reach the state, or nobody would ever remove it. */
async function keepUnfinished<T>(definition: ResourceDefinition, inputs: Json, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Unfinished)) throw error;
    const { id, state } = error.existing;
    throw new InitFailure(error.message, id, outputsOf(definition, inputs, state), [error.message]);
  }
}
