import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { gatewayClassFinding, type GatewayClassFacts } from "../plan/preflight";
import { kubeconfigOf } from "../plan/provider-config";
import { text } from "../schema/leaves";
import type { Existing, ResourceContext, ResourceDefinition, Values } from "./definition";

const args = z.strictObject({
  gatewayClassNames: z
    .array(text)
    .min(1, "must name a GatewayClass")
    .meta({ description: "GatewayClasses of the Gateways that are about to be made." }),
});

/** A controller that has just been installed takes a moment to accept its class. */
const graceSeconds = 30;

type Classes = ReadonlyMap<string, GatewayClassFacts>;

async function check({ gatewayClassNames }: Values, { config, signal }: ResourceContext): Promise<void> {
  const kubeconfig = kubeconfigOf(config);
  if (kubeconfig === undefined) return;
  const { readGatewayClasses } = await import("./preflight-facts.js");
  const names = [...new Set(gatewayClassNames as string[])];
  const end = Date.now() + graceSeconds * 1000;
  for (;;) {
    const classes = await readGatewayClasses(kubeconfig, signal);
    if (!classes) return;
    const findings = findingsOf(names, classes);
    if (findings.length === 0) return;
    if (Date.now() > end || !names.some((name) => isPending(classes.get(name)))) throw new Error(findings.join("\n"));
    await setTimeout(1000, undefined, { signal });
  }
}

const findingsOf = (names: readonly string[], classes: Classes): string[] =>
  names.flatMap((name) => gatewayClassFinding(name, classes.get(name), [...classes.keys()]) ?? []);

/** Whether it is there, and nobody has said yes or no to it. */
const isPending = (found: GatewayClassFacts | undefined): boolean =>
  found !== undefined && !["True", "False"].includes(found.accepted?.status ?? "");

export const gatewayPreflight: ResourceDefinition = {
  token: "certfleet:index:GatewayPreflight",
  description:
    "What is checked, with a kubeconfig, before Gateways are made: that each GatewayClass exists and that a controller answers for it. ClusterTls makes it.",
  args,
  outputs: args,
  async create(planned, context): Promise<Existing> {
    await check(planned, context);
    return { id: "gateways", state: {} };
  },
  async update(_existing, planned, context) {
    await check(planned, context);
    return {};
  },
};
