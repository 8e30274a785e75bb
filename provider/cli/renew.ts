import { Command } from "commander";
import type { Cluster } from "../kubernetes/client";
import { startIssuance } from "../kubernetes/issuance";
import { describe, kinds } from "../kubernetes/kinds";
import { dnsNameOf } from "./dns-name";
import { openCluster, withClusterOptions, type ClusterChoice } from "./cluster-options";
import { awaitRenewal, issuedFor, type Certificate } from "./renewal";

interface RenewOptions extends ClusterChoice {
  all: boolean;
  namespace?: string;
  timeout: string;
}

/** `certfleet renew HOST...`: exit status 1 if cert-manager could not renew one of them in time. */
export const renewCommand = (): Command =>
  withClusterOptions(
    new Command("renew")
      .description("Has certificates issued again at once, and waits for them. The old ones serve until then.")
      .argument("[host...]", "hosts whose Certificates to renew, as one of their names has it"),
  )
    .option("--all", "every Certificate of the cluster, or of the namespace", false)
    .option("-n, --namespace <name>", "only Certificates of this namespace")
    .option("--timeout <seconds>", "how long to wait for all of them", "600")
    .action(renew);

async function renew(hosts: string[], { all, namespace, timeout, ...choice }: RenewOptions): Promise<void> {
  if (all === hosts.length > 0) throw new Error("name hosts, or give --all: one of the two");
  const seconds = Number(timeout);
  if (!(seconds > 0)) throw new Error(`--timeout ${timeout}: must be a number of seconds`);
  const cluster = await openCluster(choice);
  const certificates = (await cluster.list<Certificate>(kinds.certificate, { namespace })) ?? [];
  const chosen = all ? certificates : hosts.flatMap((host) => certificatesOf(host, certificates));
  if (chosen.length === 0) throw new Error("there is no Certificate to renew; is this the cluster, and the namespace?");
  const deadline = Date.now() + seconds * 1000;
  const ended = await Promise.all([...new Set(chosen)].map((one) => renewOne(cluster, one, deadline)));
  if (ended.includes(false)) process.exitCode = 1;
}

/** Those that have a host among their names. */
export function certificatesOf(host: string, certificates: readonly Certificate[]): Certificate[] {
  const name = dnsNameOf(host);
  const found = certificates.filter(({ spec }) => spec.dnsNames?.includes(name));
  if (found.length > 0) return found;
  const known = [...new Set(certificates.flatMap(({ spec }) => spec.dnsNames ?? []))].sort();
  throw new Error(`no Certificate has the name "${host}"; there are: ${known.join(", ") || "none"}`);
}

async function renewOne(cluster: Cluster, certificate: Certificate, deadline: number): Promise<boolean> {
  const name = describe(kinds.certificate, certificate.metadata);
  try {
    const before = await issuedFor(cluster, certificate);
    const started = await startIssuance<Certificate>(cluster, certificate.metadata);
    await awaitRenewal(cluster, certificate, { revision: started?.status?.revision, deadline });
    const after = await issuedFor(cluster, certificate);
    const old = before ? `${before.serial}, valid until ${before.notAfter}` : "none";
    process.stdout.write(
      `${name}: renewed\n  before: ${old}\n  now:    ${after?.serial}, valid until ${after?.notAfter}\n`,
    );
    return true;
  } catch (error) {
    process.stderr.write(`${name}: not renewed: ${(error as Error).message}\n`);
    return false;
  }
}
