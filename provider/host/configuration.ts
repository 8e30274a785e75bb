import {
  ConfigureResponse,
  type CheckRequest,
  type CheckResponse,
  type ConfigureRequest,
  type DiffRequest,
  type DiffResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { z } from "zod";
import { providerConfigArgs, type ProviderConfig } from "../plan/provider-config";
import { inputError } from "../schema/problems";
import { parseArgs } from "../schema/parse";
import { deferredSchema, shapeOf, unwrap } from "../schema/vocabulary";
import { answerCheck } from "./check";
import { differences } from "./differences";
import { diffResponse } from "./diff";
import { decodeInputs } from "./wire";
import { fromStruct, isRecord, reveal, signatureKey, type Json } from "./wire-format";

/** What the engine keeps beside a provider's own properties. */
const engineKeys = ["version", "pluginDownloadURL", "pluginChecksums", "__internal"];

const schema = { token: "certfleet:index:Provider", args: providerConfigArgs };

/** Checks a provider's configuration; all its problems at once. */
export function checkConfig(request: CheckRequest): CheckResponse {
  const news = fromStruct(request.getNews());
  return answerCheck(news, () => {
    readConfig(news);
    return news;
  });
}

/** A change of configuration takes effect in place: nothing that exists depends on which provider made it. */
export function diffConfig(request: DiffRequest): DiffResponse {
  const found = differences(fromStruct(request.getOldInputs()), fromStruct(request.getNews()));
  return diffResponse(found, () => false);
}

/** The configuration that holds from now on, and the answer that tells the engine what the plugin understands. */
export function configure(request: ConfigureRequest): { config: ProviderConfig; response: ConfigureResponse } {
  const given = request.getArgs() ? fromStruct(request.getArgs()) : variablesOf(request);
  const response = new ConfigureResponse()
    .setAcceptsecrets(true)
    .setAcceptresources(true)
    .setAcceptoutputs(true)
    .setSupportspreview(true);
  return { config: readConfig(given), response };
}

/** Engines before provider inputs were structured send texts by "certfleet:config:KEY". */
const variablesOf = (request: ConfigureRequest): Json =>
  Object.fromEntries(
    request
      .getVariablesMap()
      .toArray()
      .map(([key, value]) => [key.split(":").pop()!, value]),
  );

function readConfig(given: Json): ProviderConfig {
  const own = Object.entries(given).filter(([key]) => !engineKeys.includes(key));
  const { value, problems } = decodeInputs(Object.fromEntries(own.map(([key, item]) => [key, structured(key, item)])));
  if (problems.length > 0) throw inputError(schema.token, "certfleet", problems);
  return parseArgs(schema, "certfleet", value);
}

/** Lists and objects come as JSON text, from a stack's configuration as from every SDK. */
function structured(key: string, value: unknown): unknown {
  if (isRecord(value) && signatureKey in value) return { ...value, value: structured(key, value.value) };
  const text = reveal(value);
  if (typeof text !== "string" || !isList(key)) return value;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Left as it is: the check says that it must be a list.
    return value;
  }
}

function isList(key: string): boolean {
  const property = new Map(shapeOf(providerConfigArgs)).get(key);
  const { inner } = property ? unwrap(property) : { inner: undefined };
  return inner !== undefined && unwrap(deferredSchema(inner) ?? inner).inner instanceof z.ZodArray;
}
