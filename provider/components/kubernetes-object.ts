import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "../kubernetes/types";

export interface ObjectOptions extends pulumi.CustomResourceOptions {
  /** Status condition to wait for; without one the object counts as ready once it is stored. */
  readyCondition?: string | undefined;
  /** Bound of that wait, in seconds. */
  timeoutSeconds?: number | undefined;
  /** Whether the object exists already and is taken over. */
  adopt?: boolean | undefined;
}

/** A custom resource of the cluster whose live status is an output. */
export class KubernetesObject<Status = unknown> extends kubernetes.apiextensions.CustomResource {
  declare readonly status: pulumi.Output<Status | undefined>;

  constructor(name: string, manifest: Manifest, { adopt, readyCondition, timeoutSeconds, ...opts }: ObjectOptions) {
    const { labels } = manifest.metadata;
    const annotations = ownAnnotations(manifest, {
      ...(readyCondition ? { "pulumi.com/waitFor": `condition=${readyCondition}` } : {}),
      // Whoever made the object owns its fields, and a preview's dry run would be refused for that.
      ...(adopt ? { "pulumi.com/patchForce": "true" } : {}),
    });
    const metadata = { ...manifest.metadata, labels: filled(labels), annotations: filled(annotations) };
    // Only properties named among the args become outputs of a CustomResource; status is one that only the cluster writes.
    const args = { ...manifest, metadata, status: undefined } as kubernetes.apiextensions.CustomResourceArgs;
    super(name, args, {
      ...opts,
      ...(adopt ? { import: idOf(manifest) } : {}),
      ...(timeoutSeconds ? { customTimeouts: bounds(timeoutSeconds) } : {}),
    });
  }
}

type Annotations = NonNullable<Manifest["metadata"]["annotations"]>;

/** What tells the Kubernetes plugin how to treat an object, under what the object has of its own. */
function ownAnnotations({ metadata }: Manifest, told: Record<string, string>): Annotations | undefined {
  const own = metadata.annotations;
  if (Object.keys(told).length === 0) return own;
  return own ? pulumi.output(own).apply((given) => ({ ...told, ...given })) : told;
}

/** The id by which the Kubernetes plugin imports; the names of what is adopted are plain. */
const idOf = ({ metadata: { name, namespace } }: Manifest): string =>
  typeof namespace === "string" ? `${namespace}/${name}` : name;

/** The Kubernetes plugin takes an empty map, which the API server does not store, for a difference in every preview. */
function filled<M extends object>(map: M | undefined): M | undefined {
  return map && (pulumi.Output.isInstance(map) || Object.keys(map).length > 0) ? map : undefined;
}

const bounds = (seconds: number) => ({ create: `${seconds}s`, update: `${seconds}s` });
