import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CAFE_NAMESPACE } from "../../../lab";
import type { Clusters, Program } from "./program";

interface Given {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec?: object;
}

/** A change of the program, and what a preview and an up must make of it. Each row starts where the last one ended. */
export interface Row {
  change: string;
  /** Objects that somebody else makes in the cluster first. */
  given?: Given[];
  apply: (program: Program, clusters: Clusters) => Program;
  /** Every operation that must be announced and done, with the properties that an update's diff must name. */
  expected: string[];
  /** "issue namespace/secret" for certificates that are issued, "delete" for those that go: all others keep their serials. */
  certificates?: string[];
  /** What a preview and a destroy say that must be refused. The program then stays as it was. */
  refused?: RegExp;
}

const packageFile = join(__dirname, "..", "..", "..", "..", "package.json");
const { version, dependencies } = JSON.parse(readFileSync(packageFile, "utf8")) as {
  version: string;
  dependencies: Record<string, string>;
};

/** A default provider, which the engine makes for the version that is asked for. */
export const defaultProvider = (name: string): string => {
  const asked = name === "certfleet" ? version : dependencies[`@pulumi/${name}`]!;
  return `${name} default_${asked.replaceAll(".", "_")}`;
};

export const selfSigned = (name: string) => ({
  apiVersion: "cert-manager.io/v1",
  kind: "ClusterIssuer",
  metadata: { name },
  spec: { selfSigned: {} },
});

/** What one domain is made of. */
export const domain = (op: string, host: string): string[] => [`${op} TlsDomain edge-${host}`, ...objects(op, host)];
export const objects = (op: string, host: string, why = ""): string[] => [
  `${op} Certificate edge-${host}${why}`,
  ...routes(op, host, why),
];
export const routes = (op: string, host: string, why = ""): string[] => [
  `${op} Gateway edge-${host}${why}`,
  `${op} HTTPRoute edge-${host}${why}`,
  `${op} HTTPRoute edge-${host}-redirect${why}`,
];

/** The certificate of a domain is issued, to the Secret that follows from its host. */
export const issued = (host: string, namespace = CAFE_NAMESPACE): string[] => [
  `issue ${namespace}/${host.replaceAll(".", "-")}-tls`,
];
