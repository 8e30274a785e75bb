import { Command } from "commander";
import { readBackup } from "./archive/file";
import { findPassphrase, withPassphraseOption, type PassphraseChoice } from "./archive/passphrase";
import { keptAdvice, restoreSecrets } from "./archive/restore";
import { describeSecret } from "./archive/secrets";
import { openCluster, withClusterOptions, type ClusterChoice } from "./cluster-options";

/** `certfleet restore FILE`: exit status 1 if a Secret exists already with another value. */
export const restoreCommand = (): Command =>
  withPassphraseOption(
    withClusterOptions(
      new Command("restore")
        .description(
          "Puts the Secrets of a backup into a cluster, before the first `pulumi up` there. Makes missing namespaces, overwrites nothing.",
        )
        .argument("<file>", "backup that `certfleet backup` has made"),
    ),
  ).action(restore);

async function restore(file: string, choice: ClusterChoice & PassphraseChoice): Promise<void> {
  const secrets = await readBackup(file, () => findPassphrase(choice));
  const cluster = await openCluster(choice);
  const { namespaces, results } = await restoreSecrets(cluster, secrets);
  process.stdout.write(namespaces.map((name) => `restored   Namespace ${name}\n`).join(""));
  process.stdout.write(
    results.map(({ secret, result }) => `${result.padEnd(10)} ${describeSecret(secret)}\n`).join(""),
  );
  if (namespaces.length > 0) process.stdout.write(`\n${nextStep(namespaces)}\n`);
  const kept = results.filter(({ result }) => result === "kept").map(({ secret }) => secret);
  if (kept.length === 0) return;
  process.stderr.write(`certfleet: ${keptAdvice(kept)}\n`);
  process.exitCode = 1;
}

const nextStep = (namespaces: readonly string[]): string =>
  `If the program makes these namespaces itself (${namespaces.join(", ")}), let its first update take them over:\n` +
  "PULUMI_K8S_UPSERT_EXISTING_OBJECTS=true pulumi up";
