import {
  badRelease,
  kubernetesProblem,
  panicsOnDisabledRenewal,
  plainVersion,
  stepProblem,
} from "./cert-manager-releases";
import { show } from "../schema/problems";

/** What is about to be installed, or with `install: false` to be used as others run it. */
export interface PlannedInstallation {
  install?: boolean | undefined;
  version: string;
  namespace: string;
  gatewayApi: boolean;
  allowUnsupportedVersion: boolean;
}

/** What a cluster shows before that. */
export interface InstallationFacts {
  /** Release of the API server, such as v1.36.2. */
  kubernetes: string;
  /** Version of the cert-manager that runs; undefined where there is none, or none that says its version. */
  running: string | undefined;
  /** Names of those of the Gateway API's CRDs that are missing. */
  missingCrds: readonly string[];
  /** "namespace/name" of Certificates whose renewal is switched off. */
  disabledRenewals: readonly string[];
}

/** The CRDs without which cert-manager's controller does not start once the Gateway API is switched on. */
export const gatewayCrds = ["gateways.gateway.networking.k8s.io", "httproutes.gateway.networking.k8s.io"] as const;

const override = "; or set allowUnsupportedVersion: true";

/** Why an installation would fail, or harm, on this cluster. */
export function installationFindings(planned: PlannedInstallation, facts: InstallationFacts): string[] {
  if (planned.install === false) return planned.allowUnsupportedVersion ? [] : runningFindings(planned, facts);
  return [...(planned.allowUnsupportedVersion ? [] : versionFindings(planned, facts)), ...crdFindings(planned, facts)];
}

/** Of a cert-manager that others run; one that does not say its version is not judged. */
function runningFindings({ namespace }: PlannedInstallation, { running, kubernetes }: InstallationFacts): string[] {
  if (running === undefined) return [];
  const problems = [badRelease(running), kubernetesProblem(running, kubernetes)];
  const subject = `cert-manager ${plainVersion(running)}, which runs in namespace ${show(namespace)},`;
  return problems.flatMap((problem) => (problem === undefined ? [] : [`${subject} ${problem}${override}`]));
}

function versionFindings({ version }: PlannedInstallation, facts: InstallationFacts): string[] {
  const unsupported = kubernetesProblem(version, facts.kubernetes);
  const skipped = facts.running === undefined ? undefined : stepProblem(facts.running, version);
  const [first] = facts.disabledRenewals;
  return [
    ...(unsupported ? [`cert-manager ${plainVersion(version)} ${unsupported}${override}`] : []),
    ...(skipped ? [`version ${show(plainVersion(version))} ${skipped}${override}`] : []),
    ...(panicsOnDisabledRenewal(version) && first !== undefined
      ? [
          `cert-manager 1.21.0 stops at a Certificate that says spec.renewal.policy: Disabled, as ${first} does; use 1.21.1 or newer${override}`,
        ]
      : []),
  ];
}

function crdFindings({ gatewayApi }: PlannedInstallation, { missingCrds }: InstallationFacts): string[] {
  if (!gatewayApi || missingCrds.length === 0) return [];
  return [
    `the Gateway API is not installed (the cluster has no CustomResourceDefinition ${missingCrds.join(", ")}), and cert-manager's controller does not start without it; install it (https://gateway-api.sigs.k8s.io/guides/), or set gatewayApi: false`,
  ];
}

/** A GatewayClass as far as it is read. */
export interface GatewayClassFacts {
  controllerName?: string | undefined;
  accepted?: { status: string; reason?: string | undefined; message?: string | undefined } | undefined;
}

/** Why no Gateway of a class would ever be programmed; `known` are the classes of the cluster. */
export function gatewayClassFinding(
  name: string,
  found: GatewayClassFacts | undefined,
  known: readonly string[],
): string | undefined {
  if (!found) {
    const others = known.length > 0 ? `it has: ${known.join(", ")}` : "it has none: install a Gateway controller";
    return `the cluster has no GatewayClass ${show(name)} (${others})`;
  }
  const { accepted, controllerName = "" } = found;
  if (accepted?.status === "True") return undefined;
  if (accepted?.status === "False") {
    return `GatewayClass ${show(name)} is not accepted by its controller ${show(controllerName)}: ${accepted.reason ?? "no reason"} ${accepted.message ?? ""}`.trimEnd();
  }
  return `no controller answers for GatewayClass ${show(name)}: nobody has accepted it; install the controller ${show(controllerName)}, or name another GatewayClass`;
}
