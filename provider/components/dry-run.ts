import * as pulumi from "@pulumi/pulumi";
import { randomBytes } from "node:crypto";
import { signingRequest } from "../csr/request";
import { acmeIssuer, defaultEnvironment, type AcmeArgs } from "../issuers/acme";
import { ownLabels } from "../kubernetes/types";
import { certManagerGroup } from "../plan/issuer-reference";
import type { PlannedCredential } from "../plan/credentials";
import { KubernetesObject } from "./kubernetes-object";

export interface DryRunArgs {
  acme: AcmeArgs;
  credential: PlannedCredential;
  namespace: pulumi.Input<string>;
  timeouts: { issuer: number; certificate: number };
}

/**
 * Proves a rotated credential before an issuer takes it over: an issuer of its own, at the staging directory, issues one certificate for
 * a name of each zone. A CertificateRequest leaves no Secret behind; the account's key is that of the environment.
 */
export function makeDryRun(
  name: string,
  { acme, credential: { bound, entry }, namespace, timeouts }: DryRunArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const secret = bound.credential.secretRef!.name;
  const environment = defaultEnvironment(acme) === "custom" ? "custom" : "staging";
  const manifest = {
    ...acmeIssuer(environment, acme, [bound]),
    metadata: { name: `dry-run-${secret}`, labels: ownLabels },
  };
  const issuer = new KubernetesObject(`${name}-dry-run`, manifest, {
    ...opts,
    readyCondition: "Ready",
    timeoutSeconds: timeouts.issuer,
  });
  const request = {
    apiVersion: "cert-manager.io/v1",
    kind: "CertificateRequest",
    metadata: { name: `dry-run-${secret}`, namespace },
    spec: {
      request: Buffer.from(signingRequest(namesFor(entry.rotation!, entry.zones!))).toString("base64"),
      issuerRef: { name: issuer.metadata.name, kind: "ClusterIssuer", group: certManagerGroup },
    },
  };
  return new KubernetesObject(`${name}-dry-run`, request, {
    ...opts,
    readyCondition: "Ready",
    timeoutSeconds: timeouts.certificate,
    // Made anew in every run, and in use only where the object is made.
    ignoreChanges: ["spec.request"],
    // A request that failed stays so. The engine replaces on "*" also what it could not see become ready.
    replaceOnChanges: ["*"],
    deleteBeforeReplace: true,
  });
}

/** Names that no order had before, since a CA may remember for weeks that a name was proven. */
function namesFor(rotation: string, zones: readonly string[]): string[] {
  const once = randomBytes(4).toString("hex");
  return zones.map((zone) => `certfleet-${rotation}-${once}.${zone}`);
}
