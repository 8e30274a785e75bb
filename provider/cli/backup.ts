import { Command } from "commander";
import { refuseExisting, writeBackup } from "./archive/file";
import { newPassphrase, withPassphraseOption, type PassphraseChoice } from "./archive/passphrase";
import { collectSecrets, describeSecret } from "./archive/secrets";
import { openCluster, withClusterOptions, type ClusterChoice } from "./cluster-options";

interface BackupOptions extends ClusterChoice, PassphraseChoice {
  certManagerNamespace: string;
  encrypt: boolean;
  force: boolean;
}

/** `certfleet backup FILE`: exit status 1 if the backup is made, but something has no certificate or key yet. */
export const backupCommand = (): Command =>
  withPassphraseOption(
    withClusterOptions(
      new Command("backup")
        .description(
          "Saves the keys of ACME accounts and the Secrets of all Certificates, encrypted with a passphrase, so that another cluster can go on with them.",
        )
        .argument("<file>", "file to write, for its owner's eyes only (mode 0600)"),
    ),
  )
    .option(
      "--cert-manager-namespace <name>",
      "cert-manager's namespace, where ClusterIssuers' keys are",
      "cert-manager",
    )
    .option("--no-encrypt", "writes the Secrets in the clear, as a list that kubectl takes")
    .option("--force", "replaces the file if it exists", false)
    .action(backup);

async function backup(file: string, { certManagerNamespace, encrypt, force, ...choice }: BackupOptions): Promise<void> {
  if (!force) refuseExisting(file);
  const passphrase = encrypt ? await newPassphrase(choice) : undefined;
  const cluster = await openCluster(choice);
  const { secrets, missing } = await collectSecrets(cluster, certManagerNamespace);
  await writeBackup(file, secrets, { passphrase, force });
  process.stdout.write(secrets.map((secret) => `${describeSecret(secret)}\n`).join(""));
  process.stdout.write(`${secrets.length} Secrets of ${cluster.context} are in ${file}\n`);
  if (missing.length === 0) return;
  process.stderr.write(missing.map((text) => `not in the backup: ${text}\n`).join(""));
  process.exitCode = 1;
}
