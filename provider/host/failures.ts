import * as grpc from "@grpc/grpc-js";
import { InputPropertiesError } from "@pulumi/pulumi/proto/errors_pb";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { toStruct, type Json } from "./wire-format";

export interface PropertyFailure {
  propertyPath: string;
  reason: string;
}

/** An operation that made a resource and could not finish it: the engine stores it as it is, and updates it next time. */
export class InitFailure extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly properties: Json,
    readonly reasons: readonly string[],
  ) {
    super(message);
  }
}

/** An error with a gRPC status of its own. */
export class StatusError extends Error {
  constructor(
    readonly code: grpc.status,
    readonly details: string,
  ) {
    super(details);
  }
}

/** Where gRPC carries what an error says beside its message. */
const detailsKey = "grpc-status-details-bin";

/** An error as the engine reads it. */
export function toServiceError(error: unknown): Partial<grpc.StatusObject> {
  if (error instanceof InitFailure) return detailed(grpc.status.UNKNOWN, error.message, initFailed(error));
  const properties = propertyFailuresOf(error);
  if (properties) return detailed(grpc.status.INVALID_ARGUMENT, messageOf(error), invalidProperties(properties));
  return { code: isStatus(error) ? error.code : grpc.status.UNKNOWN, details: messageOf(error) };
}

/** The properties that the SDK's InputPropertiesError blames, without loading the SDK for every other error. */
export function propertyFailuresOf(error: unknown): PropertyFailure[] | undefined {
  if (!(error instanceof Error) || !("__pulumiInputPropertiesError" in error)) return undefined;
  return (error as unknown as { errors: PropertyFailure[] }).errors;
}

export function messageOf(error: unknown): string {
  if (error instanceof RangeError && /call stack/.test(error.message))
    return "the message is nested too deeply to be read";
  if (isStatus(error) && error.details) return error.details;
  return error instanceof Error ? error.message : String(error);
}

const isStatus = (error: unknown): error is grpc.StatusObject =>
  typeof error === "object" && error !== null && typeof (error as { code?: unknown }).code === "number";

function detailed(code: grpc.status, message: string, detail: Any): Partial<grpc.StatusObject> {
  const metadata = new grpc.Metadata();
  const status = new Status().setCode(code).setMessage(message);
  status.addDetails(detail);
  metadata.add(detailsKey, Buffer.from(status.serializeBinary()));
  return { code, details: message, metadata };
}

function invalidProperties(failures: readonly PropertyFailure[]): Any {
  const list = failures.map(({ propertyPath, reason }) =>
    new InputPropertiesError.PropertyError().setPropertyPath(propertyPath).setReason(reason),
  );
  return pack(new InputPropertiesError().setErrorsList(list).serializeBinary(), "pulumirpc.InputPropertiesError");
}

function initFailed({ id, properties, reasons }: InitFailure): Any {
  const detail = new ErrorResourceInitFailed().setId(id).setProperties(toStruct(properties));
  return pack(detail.setReasonsList([...reasons]).serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
}

function pack(bytes: Uint8Array, type: string): Any {
  const any = new Any();
  any.pack(bytes, type);
  return any;
}
