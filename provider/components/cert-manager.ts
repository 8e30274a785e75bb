import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { adoptedVersion, certManagerWarnings } from "../plan/adoption";
import { certManagerShape, chart, chartValues } from "../plan/cert-manager";
import { chartTag, plainVersion } from "../plan/cert-manager-releases";
import { configureCertManager } from "../plan/provider-config";
import { certManagerRules } from "../plan/rules";
import { accessFor, accessShape, configureAccess } from "./cluster-access";
import { Component, defineComponent, type ComponentOptions } from "./definition";
import { CertManagerPreflight } from "./preflight";
import { Readiness, type ReadinessOptions } from "./readiness";

const token = "certfleet:index:CertManager";
const argsSchema = z.strictObject({ ...certManagerShape, ...accessShape });
type CertManagerArgs = z.output<typeof argsSchema>;

const graceSeconds = 30;

/** The installation alone. Complete only once cert-manager's webhook has accepted a dry-run request, after installs and upgrades. */
export class CertManager extends Component {
  readonly namespace: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;

  constructor(name: string, args: CertManagerArgs, opts: ComponentOptions) {
    super(token, name, {}, opts);
    const access = accessFor(name, args, this, opts);
    // A dependsOn of the consumer stops at the component, so the first children carry it on.
    const first = { parent: this, dependsOn: opts.dependsOn };
    const preflight = new CertManagerPreflight(name, args, { ...first, access });
    const namespace = args.createNamespace
      ? new kubernetes.core.v1.Namespace(name, { metadata: { name: args.namespace } }, first).metadata.name
      : pulumi.output(args.namespace);
    const after = { parent: this, dependsOn: [preflight, ...(opts.dependsOn ?? [])] };
    const release = new kubernetes.helm.v3.Release(name, releaseArgs(args, namespace), { ...after, ...adoption(args) });
    if (access) watchRelease(name, args, namespace, { ...after, access });
    this.namespace = release.namespace;
    this.version = release.version.apply((installed) => adoptedVersion(args, installed));
    this.declareOutputs({ namespace: this.namespace, version: this.version });
  }
}

/** Beside the Release and not after it: what does not come up is looked at while it is there. */
function watchRelease(
  name: string,
  args: CertManagerArgs,
  namespace: pulumi.Output<string>,
  opts: Omit<ReadinessOptions, "timeoutSeconds">,
): void {
  // Helm says itself that its time has passed; whoever watches it should not give up before.
  const timeoutSeconds = args.timeoutSeconds + graceSeconds;
  const spec = { version: plainVersion(args.version), values: chartValues(args) };
  new Readiness(name, { kind: "Release", namespace, name: args.releaseName, spec }, { ...opts, timeoutSeconds });
}

function releaseArgs(args: CertManagerArgs, namespace: pulumi.Output<string>): kubernetes.helm.v3.ReleaseArgs {
  return {
    chart,
    version: chartTag(args.version),
    // Pinned: an upgrade finds its release by this name.
    name: args.releaseName,
    namespace,
    timeout: args.timeoutSeconds,
    atomic: args.rollbackOnFailure,
    ...(args.adopt === "manifests" ? { takeOwnership: true } : {}),
    values: chartValues(args),
  };
}

/** A release that exists is imported at its version: an upgrade is a step of its own. */
function adoption({ adopt, namespace, releaseName }: CertManagerArgs): pulumi.CustomResourceOptions {
  return adopt === "release" ? { import: `${namespace}/${releaseName}`, ignoreChanges: ["version"] } : {};
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
  warnings: certManagerWarnings,
  create: CertManager,
});
