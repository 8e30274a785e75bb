import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { SecretRef } from "../dns/contract";
import { ownLabels } from "../kubernetes/types";

/** The Secret that a credential is written to. `value` is in base64. */
export function makeSecret(
  name: string,
  { name: objectName, key }: SecretRef,
  namespace: pulumi.Input<string>,
  value: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Secret {
  const metadata = { name: objectName, namespace, labels: ownLabels };
  // Base64 as `data`, which is one secret value throughout; `stringData` would be write-only and always differ from what is read.
  return new kubernetes.core.v1.Secret(name, { metadata, data: { [key]: pulumi.secret(value) } }, opts);
}
