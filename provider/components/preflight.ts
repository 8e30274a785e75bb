import * as pulumi from "@pulumi/pulumi";
import type { CertManagerArgs } from "../plan/cert-manager";
import { version } from "../version";
import type { ClusterAccess } from "./cluster-access";

interface PreflightOptions extends pulumi.CustomResourceOptions {
  parent: pulumi.Resource;
  access: ClusterAccess | undefined;
}

type InstallationArgs = Pick<CertManagerArgs, "version" | "namespace" | "gatewayApi" | "allowUnsupportedVersion">;

/** Checked before cert-manager is installed or upgraded. */
export class CertManagerPreflight extends pulumi.CustomResource {
  constructor(name: string, args: InstallationArgs, { access, ...opts }: PreflightOptions) {
    const { version: chart, namespace, gatewayApi, allowUnsupportedVersion } = args;
    const inputs = { version: chart, namespace, gatewayApi, allowUnsupportedVersion };
    super("certfleet:index:CertManagerPreflight", name, inputs, { ...opts, ...through(access) });
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
