import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type AcmeEnvironment, acmePorts, addresses, type Layout } from "../world/layout";
import { pkiFile } from "../world/pki";
import type { WorldSettings } from "../world/settings";
import { answers, type Component } from "./component";

function configuration(layout: Layout, settings: WorldSettings, environment: AcmeEnvironment): object {
  const ports = acmePorts[environment];
  return {
    pebble: {
      listenAddress: `127.0.0.1:${ports.api}`,
      managementListenAddress: `127.0.0.1:${ports.management}`,
      certificate: pkiFile(layout, "server.crt"),
      privateKey: pkiFile(layout, "server.key"),
      httpPort: 80,
      tlsPort: 443,
      ocspResponderURL: "",
      externalAccountBindingRequired: false,
      retryAfter: { authz: 1, order: 1 },
      keyAlgorithm: "ecdsa",
      profiles: Object.fromEntries(
        Object.entries(settings.profileSeconds).map(([name, validityPeriod]) => [
          name,
          { description: `${validityPeriod} s`, validityPeriod },
        ]),
      ),
    },
  };
}

export function pebble(environment: AcmeEnvironment): Component {
  const ports = acmePorts[environment];
  const configFile = (layout: Layout): string => join(layout.folder, `pebble-${environment}.json`);
  return {
    name: `pebble-${environment}`,
    address: `127.0.0.1:${ports.api}`,
    needs: ["namespace", "pki"],
    files: ({ layout, settings }) => ({
      [configFile(layout)]: `${JSON.stringify(configuration(layout, settings, environment), undefined, 2)}\n`,
    }),
    argv: ({ layout, program }) => {
      const nameserver = `${addresses.nameserver}:53`;
      return [program("pebble"), "-strict", "-config", configFile(layout), "-dnsserver", nameserver];
    },
    environment: ({ settings }) => ({
      // Pebble sleeps, rejects nonces and reuses authorizations at random: every run of the same test shall be the same.
      PEBBLE_VA_NOSLEEP: "1",
      PEBBLE_WFE_NONCEREJECT: "0",
      PEBBLE_AUTHZREUSE: settings.reuseAuthorizations ? "100" : "0",
    }),
    health: (context) =>
      answers(context, `https://127.0.0.1:${ports.api}/dir`, {
        ca: readFileSync(pkiFile(context.layout, "ca.crt"), "utf8"),
      }),
    seconds: 60,
  };
}
