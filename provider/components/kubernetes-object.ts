import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "../kubernetes/types";

export interface ObjectOptions extends pulumi.CustomResourceOptions {
  /** Status condition to wait for; without one the object counts as ready once it is stored. */
  readyCondition?: string | undefined;
  /** Bound of that wait, in seconds. */
  timeoutSeconds?: number | undefined;
}

/** A custom resource of the cluster whose live status is an output. */
export class KubernetesObject<Status = unknown> extends kubernetes.apiextensions.CustomResource {
  declare readonly status: pulumi.Output<Status | undefined>;

  constructor(name: string, manifest: Manifest, { readyCondition, timeoutSeconds, ...opts }: ObjectOptions) {
    const { labels } = manifest.metadata;
    const annotations = awaitAnnotations(manifest, readyCondition);
    const metadata = { ...manifest.metadata, labels: filled(labels), annotations: filled(annotations) };
    // Only properties named among the args become outputs of a CustomResource; status is one that only the cluster writes.
    const args = { ...manifest, metadata, status: undefined } as kubernetes.apiextensions.CustomResourceArgs;
    super(name, args, { ...opts, ...(timeoutSeconds ? { customTimeouts: bounds(timeoutSeconds) } : {}) });
  }
}

function awaitAnnotations(manifest: Manifest, readyCondition: string | undefined): Manifest["metadata"]["annotations"] {
  const own = manifest.metadata.annotations;
  if (!readyCondition) return own;
  const waitFor = { "pulumi.com/waitFor": `condition=${readyCondition}` };
  return own ? pulumi.output(own).apply((given) => ({ ...waitFor, ...given })) : waitFor;
}

/** The Kubernetes plugin takes an empty map, which the API server does not store, for a difference in every preview. */
function filled<M extends object>(map: M | undefined): M | undefined {
  return map && (pulumi.Output.isInstance(map) || Object.keys(map).length > 0) ? map : undefined;
}

const bounds = (seconds: number) => ({ create: `${seconds}s`, update: `${seconds}s` });
