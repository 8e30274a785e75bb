import type { Command } from "commander";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Cluster } from "../kubernetes/client";

/** How a command is told which cluster it is about. */
export interface ClusterChoice {
  kubeconfig?: string;
  context?: string;
}

export const withClusterOptions = (command: Command): Command =>
  command
    .option("--kubeconfig <file>", "kubeconfig of the cluster (default: KUBECONFIG, else ~/.kube/config)")
    .option("--context <name>", "context of the kubeconfig (default: its current one)");

/** The cluster that was chosen, as kubectl would find it. */
export async function openCluster({ kubeconfig, context }: ClusterChoice): Promise<Cluster> {
  if (kubeconfig === undefined) return Cluster.current(context === undefined ? {} : { context });
  return Cluster.of(await textOf(kubeconfig), { context, folder: dirname(resolve(kubeconfig)) });
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`--kubeconfig ${file}: the file cannot be read (${code ?? String(error)})`, { cause: error });
  }
}
