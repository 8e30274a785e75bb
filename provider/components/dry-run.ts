import * as pulumi from "@pulumi/pulumi";
import { randomBytes } from "node:crypto";
import { signingRequest } from "../csr/request";
import type { BoundChallenge } from "../dns";
import { acmeIssuer, defaultEnvironment, isProduction, type AcmeArgs, type Environment } from "../issuers/acme";
import { ownLabels, type Manifest } from "../kubernetes/types";
import { certManagerGroup } from "../plan/issuer-reference";
import type { PlannedCredential } from "../plan/credentials";
import type { ClusterAccess } from "./cluster-access";
import { KubernetesObject } from "./kubernetes-object";
import { makeAwaited, Readiness, resourcesOf } from "./readiness";

export interface DryRunArgs {
  acme: AcmeArgs;
  credential: PlannedCredential;
  namespace: pulumi.Input<string>;
  timeouts: { issuer: number; certificate: number };
  access: ClusterAccess | undefined;
}

interface DryRunOptions {
  parent: pulumi.Resource;
  dependsOn: pulumi.Resource[];
}

/**
 * Proves a rotated credential before an issuer takes it over: an issuer of its own, at the staging directory, issues one certificate for
 * a name of each zone. A CertificateRequest leaves no Secret behind; the account's key is that of the environment.
 */
export function makeDryRun(
  name: string,
  { acme, credential: { bound, entry, active }, namespace, timeouts, access }: DryRunArgs,
  opts: DryRunOptions,
): pulumi.Resource[] {
  const secret = bound.credential.secretRef!.name;
  const manifest = {
    ...acmeIssuer(trialEnvironment(acme), acme, active),
    metadata: { name: `dry-run-${secret}`, labels: ownLabels },
  };
  const wait = { readyCondition: "Ready", timeoutSeconds: timeouts.issuer };
  const issuer = makeAwaited(`${name}-dry-run`, manifest, { ...opts, ...wait, access });
  const request = {
    apiVersion: "cert-manager.io/v1",
    kind: "CertificateRequest",
    metadata: { name: `dry-run-${secret}`, namespace },
    spec: {
      request: Buffer.from(signingRequest(namesFor(entry.rotation!, zonesOf(active)))).toString("base64"),
      issuerRef: { name: issuer.object.metadata.name, kind: "ClusterIssuer", group: certManagerGroup },
    },
  };
  const after = { ...opts, dependsOn: [...opts.dependsOn, ...resourcesOf(issuer)] };
  const proof = makeRequest(`${name}-dry-run`, request, timeouts.certificate, after);
  return access
    ? [proof, watchRequest(`${name}-dry-run`, request.metadata, timeouts.certificate, access, after)]
    : [proof];
}

function makeRequest(name: string, request: Manifest, timeoutSeconds: number, opts: DryRunOptions): KubernetesObject {
  return new KubernetesObject(name, request, {
    ...opts,
    readyCondition: "Ready",
    timeoutSeconds,
    // Made anew in every run, and in use only where the object is made.
    ignoreChanges: ["spec.request"],
    // A request that failed stays so. The engine replaces on "*" also what it could not see become ready.
    replaceOnChanges: ["*"],
    deleteBeforeReplace: true,
  });
}

/** Beside the plugin's wait and not in its place, since what makes the engine replace a request that failed is that this wait failed. */
function watchRequest(
  name: string,
  { namespace, name: request }: Manifest["metadata"],
  timeoutSeconds: number,
  access: ClusterAccess,
  opts: DryRunOptions,
): Readiness {
  const args = { kind: "CertificateRequest" as const, namespace, name: request };
  return new Readiness(`${name}_certificaterequest`, args, { ...opts, access, timeoutSeconds });
}

/** Where a certificate for throw-away names may be ordered: never from what counts them and lists them in public. */
function trialEnvironment(acme: AcmeArgs): Environment {
  const own = defaultEnvironment(acme);
  return own === "custom" && !isProduction(own, acme.directory) ? own : "staging";
}

const zonesOf = (active: readonly BoundChallenge[]): string[] => [
  ...new Set(active.flatMap(({ zones }) => zones ?? [])),
];

/** Names that no order had before, since a CA may remember for weeks that a name was proven. */
function namesFor(rotation: string, zones: readonly string[]): string[] {
  const once = randomBytes(4).toString("hex");
  return zones.map((zone) => `certfleet-${rotation}-${once}.${zone}`);
}
