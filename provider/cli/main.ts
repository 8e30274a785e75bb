#!/usr/bin/env node
import { Command } from "commander";
import { version } from "../version";
import { backupCommand } from "./backup";
import { renewCommand } from "./renew";
import { restoreCommand } from "./restore";
import { statusCommand } from "./status";

/** What a command ends with where it could not do what it was asked: 1 is an answer of its own to a question. */
const failed = 2;

/** Each command has a file of its own, and says with its exit status how it went. */
function commandLine(): Command {
  const program = new Command("certfleet")
    .description("Looks after what certfleet made in a cluster.")
    .version(version)
    .showHelpAfterError("(certfleet --help says what there is)");
  for (const command of [statusCommand(), renewCommand(), backupCommand(), restoreCommand()])
    program.addCommand(command.copyInheritedSettings(program));
  for (const command of [program, ...program.commands]) {
    command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : failed));
  }
  return program;
}

async function main(): Promise<void> {
  try {
    await commandLine().parseAsync();
  } catch (error) {
    process.stderr.write(`certfleet: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = failed;
  }
}

void main();
