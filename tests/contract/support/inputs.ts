import type { ClusterInputs } from "../../../provider/plan/rules";
import { clusterArgs } from "../../support/builders";
import { outputValue } from "./wire";

export const token = "planted-cloudflare-token";

/** Inputs of a ClusterTls as they come from a generated SDK: the secrets as one secret Output, all else plain. */
export function clusterInputs(over: Partial<ClusterInputs> = {}): Record<string, unknown> {
  return { ...clusterArgs(over), dnsSecrets: outputValue({ main: token }, { secret: true }) };
}
