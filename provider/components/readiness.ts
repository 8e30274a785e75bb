import * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "../kubernetes/types";
import { version } from "../version";
import type { ClusterAccess } from "./cluster-access";
import { KubernetesObject, type ObjectOptions } from "./kubernetes-object";

interface ReadinessArgs {
  kind: "Certificate" | "CertificateRequest" | "ClusterIssuer" | "Gateway" | "Release";
  namespace?: pulumi.Input<string> | undefined;
  name: pulumi.Input<string>;
  spec?: pulumi.Input<Record<string, unknown>> | undefined;
  metadata?: pulumi.Input<Record<string, unknown>> | undefined;
  uid?: pulumi.Input<string> | undefined;
  renew?: pulumi.Input<string> | undefined;
}

export interface ReadinessOptions extends pulumi.CustomResourceOptions {
  access: ClusterAccess;
  /** Bound of the wait. */
  timeoutSeconds: number;
}

/** certfleet's own wait, which says why it does not end well. */
export class Readiness extends pulumi.CustomResource {
  declare readonly ready: pulumi.Output<boolean>;
  declare readonly notAfter: pulumi.Output<string | undefined>;
  declare readonly addresses: pulumi.Output<string[] | undefined>;

  constructor(name: string, args: ReadinessArgs, { access, timeoutSeconds, ...opts }: ReadinessOptions) {
    // Only properties named among the args become outputs.
    const props = { ...args, ready: undefined, notAfter: undefined, addresses: undefined };
    const bound = `${timeoutSeconds}s`;
    const customTimeouts = { create: bound, update: bound };
    super("certfleet:index:Readiness", name, props, { ...opts, provider: access, version, customTimeouts });
  }
}

/** Makes the Secret of a Certificate go with it, once that is gone. */
export class TlsSecret extends pulumi.CustomResource {
  constructor(
    name: string,
    args: { namespace: pulumi.Input<string>; name: string },
    { access, ...opts }: pulumi.CustomResourceOptions & { access: ClusterAccess },
  ) {
    super("certfleet:index:TlsSecret", name, args, { ...opts, provider: access, version });
  }
}

/** An object of the cluster and, where certfleet itself waits for it, that wait. */
export interface Awaited<Status> {
  object: KubernetesObject<Status>;
  readiness: Readiness | undefined;
}

export const resourcesOf = ({ object, readiness }: Awaited<unknown>): pulumi.Resource[] =>
  readiness ? [object, readiness] : [object];

export interface AwaitOptions extends ObjectOptions {
  access?: ClusterAccess | undefined;
  /** End of the wait's logical name, where the object's own is taken. */
  suffix?: string;
  renew?: pulumi.Input<string> | undefined;
  /** A wait that has to end well before that for this one begins, so that a hopeless one is not waited for twice. */
  readyFirst?: { readiness: Readiness; timeoutSeconds: number } | undefined;
}

/** Makes an object that is waited for: by certfleet where it can look into the cluster, else by the Kubernetes plugin. */
export function makeAwaited<Status>(name: string, manifest: Manifest, options: AwaitOptions): Awaited<Status> {
  const { access, suffix = "", renew, readyFirst, ...opts } = options;
  const { timeoutSeconds, parent } = opts;
  if (!access || !opts.readyCondition || timeoutSeconds === undefined)
    return { object: new KubernetesObject<Status>(name, manifest, opts), readiness: undefined };
  const object = new KubernetesObject<Status>(name, manifest, { ...opts, readyCondition: undefined });
  const { namespace, labels, annotations } = manifest.metadata;
  const args = {
    kind: manifest.kind as ReadinessArgs["kind"],
    namespace,
    name: object.metadata.name,
    spec: manifest.spec,
    // What serves Gateways takes orders from these as well: which address a load balancer gets, for example.
    metadata: manifest.kind === "Gateway" ? { labels, annotations } : undefined,
    // An object that is made anew, on another cluster for example, is waited for anew.
    uid: object.metadata.uid,
    renew,
  };
  const dependsOn = readyFirst ? [object, readyFirst.readiness] : [object];
  const bound = readyFirst?.timeoutSeconds ?? timeoutSeconds;
  return {
    object,
    readiness: new Readiness(name + suffix, args, { parent, dependsOn, access, timeoutSeconds: bound }),
  };
}
