import { z } from "zod";
import { certManagerShape } from "../plan/cert-manager";
import { plainVersion, stepProblem } from "../plan/cert-manager-releases";
import { installationFindings } from "../plan/preflight";
import { kubeconfigOf } from "../plan/provider-config";
import type { Sound } from "../schema/parse";
import { show, type Problem } from "../schema/problems";
import type { Existing, ResourceContext, ResourceDefinition, Values } from "./definition";

const { allowUnsupportedVersion, gatewayApi, namespace, version } = certManagerShape;
const install = z.boolean().optional().meta({
  description: "Whether cert-manager is installed here; where it is not, the one that runs is looked at.",
  default: "true",
});
const args = z.strictObject({ version, namespace, gatewayApi, allowUnsupportedVersion, install });

/** The version before stands in the state, so that an upgrade which skips versions is refused in the preview. */
function stepProblems(planned: Values, before: Values | undefined, sound: Sound): Problem[] {
  const [from, to] = [before?.version, planned.version];
  if (typeof from !== "string" || typeof to !== "string" || !sound(["version"])) return [];
  if (planned.install === false || before?.install === false) return [];
  if (planned.allowUnsupportedVersion === true || planned.namespace !== before?.namespace) return [];
  const reason = stepProblem(from, to);
  if (reason === undefined) return [];
  return [{ path: ["version"], reason: `${show(plainVersion(to))} ${reason}; or set allowUnsupportedVersion: true` }];
}

async function check(planned: Values, { config, signal }: ResourceContext): Promise<void> {
  const kubeconfig = kubeconfigOf(config);
  if (kubeconfig === undefined) return;
  const installation = args.parse(planned);
  const { readInstallation } = await import("./preflight-facts.js");
  const findings = installationFindings(installation, await readInstallation(kubeconfig, installation, signal));
  if (findings.length > 0) throw new Error(findings.join("\n"));
}

export const certManagerPreflight: ResourceDefinition = {
  token: "certfleet:index:CertManagerPreflight",
  description:
    "What is checked before cert-manager is installed or upgraded; CertManager makes it. It remembers the version, and refuses one that is more than one minor version away. " +
    "With a kubeconfig it also asks the cluster, before anything is waited for: its version of Kubernetes, the cert-manager that runs, and the Gateway API's CRDs.",
  args,
  outputs: args,
  rules: stepProblems,
  async create(planned, context): Promise<Existing> {
    await check(planned, context);
    return { id: String(planned.namespace), state: {} };
  },
  async update(_existing, planned, context) {
    await check(planned, context);
    return {};
  },
};
