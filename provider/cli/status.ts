import { Command } from "commander";
import type { CertificateStatus } from "../kubernetes/types";
import { kinds } from "../kubernetes/kinds";
import { openCluster, withClusterOptions, type ClusterChoice } from "./cluster-options";

/** `certfleet status`: exit status 0 if every Certificate is ready, else 1. */
export const statusCommand = (): Command =>
  withClusterOptions(new Command("status").description("Shows every Certificate and whether it is ready."))
    .option("-n, --namespace <name>", "only this namespace")
    .action(status);

async function status({ namespace, ...choice }: ClusterChoice & { namespace?: string }): Promise<void> {
  const cluster = await openCluster(choice);
  const certificates = (await cluster.list(kinds.certificate, { namespace })) ?? [];
  const lines = certificates.map(({ metadata, status: found }) => {
    const { conditions = [] } = (found ?? {}) as CertificateStatus;
    const ready = conditions.some((condition) => condition.type === "Ready" && condition.status === "True");
    return { ready, text: `${metadata.namespace}/${metadata.name}: ${ready ? "ready" : "not ready"}\n` };
  });
  process.stdout.write(lines.map(({ text }) => text).join(""));
  if (lines.some(({ ready }) => !ready)) process.exitCode = 1;
}
