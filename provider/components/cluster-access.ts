import * as pulumi from "@pulumi/pulumi";
import type { ProviderConfig } from "../plan/provider-config";
import { kubeconfigText } from "../schema/leaves";
import { input } from "../schema/vocabulary";
import { version } from "../version";
import type { ComponentOptions } from "./definition";

/** What every component that waits takes. */
export const accessShape = {
  kubeconfig: input(kubeconfigText).optional().meta({
    secret: true,
    description:
      "Text of a kubeconfig for the cluster. With it certfleet itself waits for what it makes, says in full why something does not become ready, and goes on after a failed issuance at once. Without it the Kubernetes provider waits.",
    default: "`kubeconfig` of the provider's configuration",
  }),
};

/**
 * certfleet's own way into the cluster: an instance of its provider, made by the component, that holds the kubeconfig. So a kubeconfig
 * that changes, as short-lived tokens do, changes this one and no other resource, and whatever is deleted is deleted with the newest.
 */
export class ClusterAccess extends pulumi.ProviderResource {
  constructor(name: string, kubeconfig: pulumi.Input<string>, parent: pulumi.Resource) {
    super("certfleet", name, { kubeconfig: pulumi.secret(kubeconfig) }, { parent, version });
  }
}

interface AccessArgs {
  kubeconfig?: pulumi.Input<string> | undefined;
}

/** The way into the cluster that a component around this one has made, else one of its own where it has a kubeconfig. */
export function accessFor(
  name: string,
  { kubeconfig }: AccessArgs,
  parent: pulumi.Resource,
  { access }: ComponentOptions,
): ClusterAccess | undefined {
  return access ?? (kubeconfig === undefined ? undefined : new ClusterAccess(name, kubeconfig, parent));
}

/** Args with the configured kubeconfig, where they have none. */
export function configureAccess<A extends AccessArgs>(args: A, { kubeconfig }: ProviderConfig): A {
  return args.kubeconfig !== undefined || kubeconfig === undefined ? args : { ...args, kubeconfig };
}
