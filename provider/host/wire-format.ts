import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

/** A protobuf Struct as plain JavaScript. */
export type Json = Record<string, unknown>;

/** Marks an object as a special value (pulumi/sdk/go/common/resource/sig in the engine's sources). */
export const signatureKey = "4dabf18193072939515e22adb298388d";

export const signatures = {
  secret: "1b47061264138c4ac30d75fd1eb44270",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
  resource: "5cf8f73096256a8f31e491e813e4eb8e",
  asset: "c44067f5952c0a294b673a41bacd8c17",
  archive: "0def7320c3a5731c473e5ecbe6d01bc7",
} as const;

/** A value that is not known in this preview. */
export const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const fromStruct = (struct: Struct | undefined): Json => struct?.toJavaScript() ?? {};

export const toStruct = (value: Json): Struct => Struct.fromJavaScript(value as Record<string, JavaScriptValue>);

/** What a secret or an Output on the wire holds; every other value as it is. */
export function reveal(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const signature = value[signatureKey];
  if (signature !== signatures.secret && signature !== signatures.output) return value;
  return value.value === undefined ? unknownText : reveal(value.value);
}
