import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { certManagerShape, chart, chartValues } from "../plan/cert-manager";
import { configureCertManager } from "../plan/provider-config";
import { certManagerRules } from "../plan/rules";
import { accessFor, accessShape, configureAccess } from "./cluster-access";
import { Component, defineComponent, type ComponentOptions } from "./definition";

const token = "certfleet:index:CertManager";
const argsSchema = z.strictObject({ ...certManagerShape, ...accessShape });
type CertManagerArgs = z.output<typeof argsSchema>;

/** The installation alone. Complete only once cert-manager's webhook has accepted a dry-run request, after installs and upgrades. */
export class CertManager extends Component {
  readonly namespace: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;

  constructor(name: string, args: CertManagerArgs, opts: ComponentOptions) {
    super(token, name, {}, opts);
    accessFor(name, args, this, opts);
    // A dependsOn of the consumer stops at the component, so the first children carry it on.
    const first = { parent: this, dependsOn: opts.dependsOn };
    const namespace = args.createNamespace
      ? new kubernetes.core.v1.Namespace(name, { metadata: { name: args.namespace } }, first).metadata.name
      : pulumi.output(args.namespace);
    const release = new kubernetes.helm.v3.Release(name, releaseArgs(args, namespace), first);
    this.namespace = release.namespace;
    this.version = release.version;
    this.declareOutputs({ namespace: this.namespace, version: this.version });
  }
}

function releaseArgs(args: CertManagerArgs, namespace: pulumi.Output<string>): kubernetes.helm.v3.ReleaseArgs {
  return {
    chart,
    version: `v${args.version.replace(/^v/, "")}`,
    // Pinned: keyless credentials are bound to the names of ServiceAccounts, which follow from this one.
    name: "cert-manager",
    namespace,
    timeout: args.timeoutSeconds,
    values: chartValues(args),
  };
}

export const certManager = defineComponent({
  token,
  description:
    "Installs cert-manager from its OCI chart, pinned by version, with its CRDs (kept on destroy). Done only once cert-manager's webhook answers, after an install and after every upgrade.",
  args: argsSchema,
  outputs: z.object({
    namespace: z.string().meta({ description: "Namespace of cert-manager." }),
    version: z.string().meta({ description: "Version of the chart that is installed." }),
  }),
  configure: (args, config) => configureAccess(configureCertManager(args, config), config),
  rules: certManagerRules,
  create: CertManager,
});
