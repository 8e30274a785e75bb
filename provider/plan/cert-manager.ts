import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { label, nameservers, seconds } from "../schema/leaves";
import { enumType, input, objectType } from "../schema/vocabulary";
import { chartVersion } from "./cert-manager-releases";

/** OCI address of the chart; cert-manager recommends it over the older HTTP repository, which lags behind. */
export const chart = "oci://quay.io/jetstack/charts/cert-manager";

/** Pinned, so that an upgrade of cert-manager is a change that a preview shows. */
export const defaultVersion = "1.21.2";

export const adoptionArgs = enumType("CertManagerAdoption", "How a cert-manager that is taken over was installed.", {
  release: "By Helm: the release `releaseName` in `namespace` is imported.",
  manifests: "By kubectl from manifests: a Helm release is made that takes over the objects of its names.",
});

export const certManagerShape = {
  version: chartVersion.default(defaultVersion).meta({
    description:
      "Version of the chart, with or without a leading v. An upgrade is a change of this line, one minor version at a time.",
  }),
  allowUnsupportedVersion: z.boolean().default(false).meta({
    description:
      "Whether `version`, or the one that runs, may skip minor versions, be a release that is known to be bad, or be none that supports the cluster's version of Kubernetes.",
  }),
  releaseName: label.max(53, "must be at most 53 characters, as Helm asks").default("cert-manager").meta({
    description: "Name of the Helm release. Its objects are named cert-manager... whatever the release is called.",
  }),
  adopt: adoptionArgs.optional().meta({
    description:
      "Takes over a cert-manager that runs already, instead of installing one. With `release`, `version` must be the one that runs. `createNamespace` must be false. Leave it out again afterwards.",
    default: "a new installation",
  }),
  namespace: label
    .default("cert-manager")
    .meta({ description: "Namespace of cert-manager and of the issuers' credentials." }),
  createNamespace: z
    .boolean()
    .default(true)
    .meta({ description: "Whether the namespace is made (and on destroy deleted) here." }),
  gatewayApi: z.boolean().default(true).meta({
    description:
      "Switches on cert-manager's support of the Gateway API. The Gateway API's CRDs must exist then, or the controller does not start.",
    source: "controller.config.cert-manager.io/v1alpha1 gatewayAPI.enabled",
  }),
  recursiveNameservers: nameservers.optional().meta({
    description:
      "Recursive DNS servers that cert-manager asks, and nothing else, whether a challenge's record is visible: `address:port`, or https URLs of DoH servers (RFC 8484). " +
      "For networks that reach no authoritative server. Without them, and without `resolvers` in the provider's configuration, the pod's resolver finds the authoritative servers.",
    source: "controller.config.cert-manager.io/v1alpha1 acmeDNS01Config.recursiveNameservers",
  }),
  values: input(z.record(z.string(), z.unknown())).optional().meta({
    description: "Further values of the chart, merged over those that certfleet sets.",
  }),
  purge: z.boolean().default(false).meta({
    description:
      "Whether a destroy also deletes cert-manager's CRDs, and with them every Issuer and Certificate of the cluster, those of others too. It takes an update before the destroy.",
    source: "cert-manager's chart, crds.keep",
  }),
  rollbackOnFailure: z.boolean().default(true).meta({
    description:
      "Whether Helm puts back the version before when an upgrade fails, and takes away what it made when an installation fails.",
  }),
  timeoutSeconds: seconds.default(600).meta({
    description: "How long the installation may take until its API answers, in seconds.",
  }),
};

export const certManagerArgs = objectType("CertManagerInstallation", "How cert-manager is installed.", {
  install: z.boolean().default(true).meta({
    description:
      "Set to false where cert-manager already runs; then only `namespace` and `allowUnsupportedVersion` are read.",
  }),
  ...certManagerShape,
});

export type CertManagerArgs = z.output<typeof certManagerArgs>;

type Values = Record<string, unknown>;

/**
 * The hook that makes the Release complete only once the webhook really answers. The chart runs it after an install only; after an
 * upgrade the same race exists (cert-manager/cert-manager#2908).
 */
function hookAnnotations(weight: string): Record<string, string> {
  return {
    "helm.sh/hook": "post-install,post-upgrade",
    "helm.sh/hook-weight": weight,
    "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded",
  };
}

export interface ChartArgs {
  namespace: string;
  purge: boolean;
  gatewayApi: boolean;
  recursiveNameservers?: pulumi.Input<string[]> | undefined;
  values?: pulumi.Input<Values> | undefined;
}

export function chartValues(args: ChartArgs): pulumi.Input<Values> {
  const own: Values = {
    // Kept on destroy: with the CRDs every Issuer and Certificate of the cluster would go (cert-manager/cert-manager#5817).
    crds: { enabled: true, keep: !args.purge },
    fullnameOverride: "cert-manager",
    // Not kube-system, which some managed clusters protect and where leases would stay behind.
    global: { leaderElection: { namespace: args.namespace } },
    startupapicheck: {
      enabled: true,
      jobAnnotations: hookAnnotations("1"),
      rbac: { annotations: hookAnnotations("-5") },
      serviceAccount: { annotations: hookAnnotations("-5") },
    },
    ...controllerConfig(args),
  };
  if (!args.values) return own;
  return pulumi.all([own, args.values]).apply(([below, above]) => mergeValues(below, above as Values));
}

/** The installation whose controller acts as a service account of Google Cloud, for `values` that say nothing else. */
export function withIdentity<A extends { values?: pulumi.Input<Values> | undefined }>(
  args: A,
  email: string | undefined,
): A {
  if (email === undefined) return args;
  const own: Values = { serviceAccount: { annotations: { "iam.gke.io/gcp-service-account": email } } };
  return { ...args, values: pulumi.output(args.values ?? {}).apply((given) => mergeValues(own, given as Values)) };
}

/** The controller's configuration file, where there is something to say in it. */
function controllerConfig({ gatewayApi, recursiveNameservers }: ChartArgs): Values {
  const settings = {
    ...(gatewayApi ? { gatewayAPI: { enabled: true } } : {}),
    // Only these: asking authoritative servers beside them would fail in the networks that this is for.
    ...(recursiveNameservers ? { acmeDNS01Config: { recursiveNameservers, recursiveNameserversOnly: true } } : {}),
  };
  if (Object.keys(settings).length === 0) return {};
  return {
    config: {
      apiVersion: "controller.config.cert-manager.io/v1alpha1",
      kind: "ControllerConfiguration",
      ...settings,
    },
  };
}

/** Merges as Helm does: objects by key, everything else replaced. */
export function mergeValues(base: Values, over: Values): Values {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isObject(below) && isObject(value) ? mergeValues(below, value) : value;
  }
  return merged;
}

const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);
