import { CheckFailure, CheckResponse, type CheckRequest } from "@pulumi/pulumi/proto/provider_pb";
import type { ResourceDefinition } from "../resources/definition";
import { inputError, type Problem } from "../schema/problems";
import { parseArgs, type Sound } from "../schema/parse";
import { propertyFailuresOf } from "./failures";
import { plainOf } from "./outputs";
import { decodeInputs, encode } from "./wire";
import { fromStruct, toStruct, type Json } from "./wire-format";

/** Checks the inputs of a custom resource: all problems at once, or the inputs with their defaults, in their normal form. */
export function check(definition: ResourceDefinition, request: CheckRequest): CheckResponse {
  const [olds, news] = [fromStruct(request.getOlds()), fromStruct(request.getNews())];
  return answerCheck(news, () => encode(parseInputs(definition, nameOf(request.getUrn()), news, olds)) as Json);
}

function parseInputs(definition: ResourceDefinition, name: string, news: Json, olds: Json): unknown {
  const { value, problems } = decodeInputs(news);
  if (problems.length > 0) throw inputError(definition.token, name, problems);
  const { args, token } = definition;
  const before = Object.keys(olds).length > 0 ? plainOf(olds) : undefined;
  const rules = (parsed: unknown, _given: unknown, sound: Sound): Problem[] =>
    definition.rules?.(plainOf(encode(parsed) as Json), before, sound) ?? [];
  return parseArgs({ token, args, rules }, name, value);
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
