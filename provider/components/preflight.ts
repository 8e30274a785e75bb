import * as pulumi from "@pulumi/pulumi";
import type { CertManagerArgs } from "../plan/cert-manager";
import { version } from "../version";
import type { ClusterAccess } from "./cluster-access";

interface PreflightOptions extends pulumi.CustomResourceOptions {
  parent: pulumi.Resource;
  access: ClusterAccess | undefined;
}

type InstallationArgs = Pick<CertManagerArgs, "version" | "namespace" | "gatewayApi" | "allowUnsupportedVersion">;

/** A cert-manager that others run. */
type RunningArgs = Pick<CertManagerArgs, "namespace" | "allowUnsupportedVersion"> & { install: false };

const inputsOf = (args: InstallationArgs | RunningArgs): pulumi.Inputs => {
  const { namespace, allowUnsupportedVersion } = args;
  if ("install" in args) return { install: args.install, namespace, allowUnsupportedVersion };
  return { version: args.version, namespace, gatewayApi: args.gatewayApi, allowUnsupportedVersion };
};

/** Checked before cert-manager is installed or upgraded, or before one that runs is used. */
export class CertManagerPreflight extends pulumi.CustomResource {
  constructor(name: string, args: InstallationArgs | RunningArgs, { access, ...opts }: PreflightOptions) {
    super("certfleet:index:CertManagerPreflight", name, inputsOf(args), { ...opts, ...through(access) });
  }
}

/** Checked, where certfleet can ask the cluster, before Gateways are made. */
export class GatewayPreflight extends pulumi.CustomResource {
  constructor(name: string, classes: readonly pulumi.Input<string>[], { access, ...opts }: PreflightOptions) {
    const gatewayClassNames = [...new Set(classes)];
    super("certfleet:index:GatewayPreflight", name, { gatewayClassNames }, { ...opts, ...through(access) });
  }
}

/** The plugin's resources go by its own version, and through the component's own way into the cluster, if there is one. */
const through = (access: ClusterAccess | undefined): pulumi.CustomResourceOptions => ({
  version,
  ...(access ? { provider: access } : {}),
});
