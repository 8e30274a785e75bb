import { diagnoseGateway } from "../../diagnosis/gateway";
import { holds } from "../../diagnosis/objects";
import { readGatewayParts } from "../../diagnosis/read";
import type { Cluster, StoredObject } from "../../kubernetes/client";
import { kinds, type Place } from "../../kubernetes/kinds";
import type { GatewayStatus } from "../../kubernetes/types";
import type { Values } from "../definition";
import type { Look } from "./wait";

/** Whether a Gateway is programmed as it is now. */
export async function lookAtGateway(cluster: Cluster, place: Place): Promise<Look> {
  const gateway = await cluster.get(kinds.gateway, place);
  if (!gateway) return { state: "gone" };
  return holds(gateway, "Programmed") ? { state: "ready", outputs: addressesOf(gateway) } : { state: "waiting" };
}

const addressesOf = ({ status }: StoredObject): Values => ({
  addresses: ((status as GatewayStatus | undefined)?.addresses ?? []).map(({ value }) => value),
});

export const explainGateway = async (cluster: Cluster, place: Place) =>
  diagnoseGateway(await readGatewayParts(cluster, place));
