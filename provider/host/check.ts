import { CheckFailure, CheckResponse, type CheckRequest } from "@pulumi/pulumi/proto/provider_pb";
import type { ResourceDefinition } from "../resources/definition";
import { inputError } from "../schema/problems";
import { parseArgs } from "../schema/parse";
import { propertyFailuresOf } from "./failures";
import { decodeInputs, encode } from "./wire";
import { fromStruct, toStruct, type Json } from "./wire-format";

/** Checks the inputs of a custom resource: all problems at once, or the inputs with their defaults, in their normal form. */
export function check(definition: ResourceDefinition, request: CheckRequest): CheckResponse {
  const news = fromStruct(request.getNews());
  return answerCheck(news, () => encode(parseInputs(definition, nameOf(request.getUrn()), news)) as Json);
}

function parseInputs(definition: ResourceDefinition, name: string, news: Json): unknown {
  const { value, problems } = decodeInputs(news);
  if (problems.length > 0) throw inputError(definition.token, name, problems);
  return parseArgs(definition, name, value);
}

/** What a check found, in the engine's form: problems of inputs are an answer, not a failed call. */
export function answerCheck(news: Json, checked: () => Json): CheckResponse {
  try {
    return new CheckResponse().setInputs(toStruct(checked()));
  } catch (error) {
    const failures = propertyFailuresOf(error);
    if (!failures) throw error;
    const list = failures.map(({ propertyPath, reason }) =>
      new CheckFailure().setProperty(propertyPath).setReason(reason),
    );
    return new CheckResponse().setInputs(toStruct(news)).setFailuresList(list);
  }
}

const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);
