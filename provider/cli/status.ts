import { Command } from "commander";
import { openCluster, withClusterOptions, type ClusterChoice } from "./cluster-options";
import { dnsNameOf } from "./dns-name";
import { readReports, type Report } from "./reports";
import { renderTree, useColours } from "./tree";

interface StatusOptions extends ClusterChoice {
  namespace?: string;
  all: boolean;
  json: boolean;
}

/** `certfleet status`: exit status 0 if all that was looked at is ready, else 1. */
export const statusCommand = (): Command =>
  withClusterOptions(
    new Command("status")
      .description(
        "Shows issuers and what certfleet made for domains, whether it is ready, and if not what holds it up.",
      )
      .argument("[name...]", "only the Certificates, Gateways and ClusterIssuers of these names or hosts"),
  )
    .option("-n, --namespace <name>", "only this namespace")
    .option("--all", "those that somebody else made, too", false)
    .option("--json", "as JSON", false)
    .action(status);

async function status(names: string[], { namespace, all, json, ...choice }: StatusOptions): Promise<void> {
  const cluster = await openCluster(choice);
  const reports = chosen(await readReports(cluster, { namespace, all }), names);
  if (json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
  else process.stdout.write(renderTree(reports, useColours(process.stdout, process.env)));
  if (reports.some(({ ready }) => !ready)) process.exitCode = 1;
}

function chosen(reports: readonly Report[], names: readonly string[]): readonly Report[] {
  const unknown = names.filter((name) => !reports.some((report) => matches(report, name)));
  if (unknown.length > 0) {
    const hint = "certfleet status --all shows those that certfleet did not make";
    throw new Error(`no Certificate, Gateway or ClusterIssuer is named ${unknown.join(", ")}; ${hint}`);
  }
  return names.length === 0 ? reports : reports.filter((report) => names.some((name) => matches(report, name)));
}

const matches = ({ name, hosts }: Report, wanted: string): boolean =>
  name === wanted || hosts.includes(dnsNameOf(wanted));
