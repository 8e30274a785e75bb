import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { engineOptions, type Engine, type World } from "../lab";

const port = 8443;

/** How to use a world that stays: from inside by the lab's own command, and from a browser by a forwarded port. */
export async function keepInstructions(world: World, engine: Engine, folder: string): Promise<string> {
  const forwarded = await world.forwardPort(port).catch(() => world.forwardPort(0));
  const root = join(folder, "acme-root.pem");
  writeFileSync(root, await world.acmeRoot("staging"));
  const lab = (command: string) => `  npm run lab -- exec --world ${world.name} ${command}`;
  const { env = {}, path = [] } = engineOptions(engine, { folder });
  const settings = ["PULUMI_HOME", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"].map((key) => `${key}=${env[key]}`);
  const search = `PATH=${path.join(":")}:$PATH`;
  return [
    `\nThe world "${world.name}" stays up:`,
    lab("kubectl get certificates,gateways,httproutes -A"),
    lab("curl https://tea.example.com/ --cacert " + root),
    lab(`env ${settings.join(" ")} sh -c '${search} pulumi --cwd ${join(folder, "quickstart")} stack --stack lab'`),
    `From this machine, port ${forwarded.port} leads to the Gateways:`,
    `  curl --cacert ${root} --connect-to ::127.0.0.1:${forwarded.port} https://tea.example.com/`,
    `  chromium --host-resolver-rules="MAP *.example.com:443 127.0.0.1:${forwarded.port}" https://tea.example.com/   (import ${root} to trust it)`,
    `Stop it: npm run lab -- down --world ${world.name}\n`,
  ].join("\n");
}
