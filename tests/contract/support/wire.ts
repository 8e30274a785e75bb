import * as grpc from "@grpc/grpc-js";
import { InputPropertiesError } from "@pulumi/pulumi/proto/errors_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";

/** Marks an object as a special value, on the engine's wire. */
export const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** A secret as resources are given it. */
export const secretValue = (value: unknown) => ({ [signature]: secretSignature, value });

interface Facts {
  secret?: boolean;
  dependencies?: string[];
}

/** An Output as the engine hands it to a component: it turns every secret and every unknown into one. */
export const outputValue = (value: unknown, { secret = false, dependencies = [] }: Facts = {}) => ({
  [signature]: outputSignature,
  value,
  secret,
  dependencies,
});

/** An Output whose value is not known in this preview. */
export const unknownOutput = ({ secret = false, dependencies = [] }: Facts = {}) => ({
  [signature]: outputSignature,
  secret,
  dependencies,
});

/** How a value that is not known is written outside of an Output. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface PropertyError {
  path: string;
  reason: string;
}

/** The properties that a failed call blames, as the engine reads them. */
export function propertyErrors(error: grpc.ServiceError): PropertyError[] {
  const details = error.metadata.get("grpc-status-details-bin")[0];
  if (!(details instanceof Buffer)) return [];
  return Status.deserializeBinary(details)
    .getDetailsList()
    .filter((detail) => detail.getTypeName() === "pulumirpc.InputPropertiesError")
    .flatMap((detail) => InputPropertiesError.deserializeBinary(detail.getValue_asU8()).getErrorsList())
    .map((problem) => ({ path: problem.getPropertyPath(), reason: problem.getReason() }));
}

/**
 * The lines in which the engine reports a failed call (errorToMessage in pulumi/pkg/resource/deploy/source_eval.go): it prints the
 * value at each path that leads to one, secrets in the clear. Paths end at Outputs.
 */
export function engineLines(error: grpc.ServiceError, inputs: unknown): string[] {
  const lines = propertyErrors(error).map(({ path, reason }) => {
    const found = keysOf(path).reduce<unknown>(step, inputs);
    return `property ${path}${found === undefined ? "" : ` with value '${JSON.stringify(found)}'`}: ${reason}`;
  });
  return [error.details, ...lines];
}

const keysOf = (path: string): string[] =>
  [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted ?? index ?? name!,
  );

function step(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || signature in value) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1] as unknown;
}
