import type * as pulumi from "@pulumi/pulumi";
import type { ChallengeArgs, ChallengeEntry } from "../dns";
import type { AcmeArgs } from "../issuers/acme";
import type { Sound } from "../schema/parse";
import type { Problem } from "../schema/problems";
import type { CertManagerArgs } from "./cert-manager";
import type { DomainArgs, DomainDefaults } from "./domain";
import type { Platform } from "./platform";
import { accessProblems } from "./rules/access";
import { acmeProblems, neededProblems, orderProblems } from "./rules/acme";
import { adoptionProblems, certificateNameProblems, issuerNameProblems } from "./rules/adoption";
import { ownIssuerProblems, reservedProblems, togetherProblems } from "./rules/certificates";
import { challengeProblems, entryProblems, secretNameProblems, secretProblems } from "./rules/challenges";
import { clusterRecordProblems, domainRecordProblems } from "./rules/dns-records";
import { coverageProblems, domainProblems } from "./rules/domain";
import {
  installationProblems,
  namespaceProblems,
  notInstalledProblems,
  type InstallationArgs,
} from "./rules/installation";
import { gatewayClassProblems, platformProblems } from "./rules/platform";
import { releaseProblems } from "./rules/releases";
import { clusterScope, domainScope } from "./rules/scope";

export interface ClusterInputs {
  acme?: AcmeArgs | undefined;
  challenges?: ChallengeArgs[] | undefined;
  /** A map by name; an Output where it is not known yet. */
  dnsSecrets?: unknown;
  certManager?: CertManagerArgs | undefined;
  defaults?: DomainDefaults | undefined;
  domains: DomainArgs[];
  kubeconfig?: unknown;
}

/** Everything that only shows when the parts of a ClusterTls are seen together. */
export function clusterTlsRules(args: ClusterInputs, given: ClusterInputs, sound: Sound): Problem[] {
  const scope = clusterScope(args, given, sound);
  return [
    ...neededProblems(args, scope),
    ...(args.acme ? [...acmeProblems(args.acme, scope), ...namedIssuerProblems(args.acme, sound)] : []),
    ...challengeProblems(args.challenges ?? [], args.dnsSecrets, sound),
    ...(args.certManager ? installedRules(args, args.certManager, given, sound) : []),
    ...togetherProblems(scope),
    ...certificateNameProblems(scope),
    ...domainProblems(scope),
    ...clusterRecordProblems(args.challenges, scope),
    ...adoptionProblems(scope),
    ...gatewayClassProblems(scope),
    ...orderProblems(args, scope),
    ...ownIssuerProblems(args.acme, scope),
    ...accessProblems(args.kubeconfig, scope),
  ];
}

function installedRules(
  args: ClusterInputs,
  certManager: CertManagerArgs,
  given: ClusterInputs,
  sound: Sound,
): Problem[] {
  if (!sound(["certManager", "install"]) || !sound(["certManager", "namespace"])) return [];
  const scope = clusterScope(args, given, sound);
  return [
    ...(certManager.install
      ? [
          ...installationProblems(certManager, ["certManager"], sound),
          ...releaseProblems(certManager, args.acme, scope),
        ]
      : notInstalledProblems(certManager)),
    ...namespaceProblems(certManager, scope),
    ...reservedProblems(args, certManager.namespace, scope),
  ];
}

/** What a TlsDomain's args must satisfy, beside its platform. */
export function tlsDomainRules(
  args: DomainArgs & { platform: pulumi.Input<Platform>; kubeconfig?: unknown },
  given: DomainArgs,
  sound: Sound,
): Problem[] {
  const scope = domainScope(args, given, sound);
  return [
    ...domainProblems(scope),
    ...domainRecordProblems(scope),
    ...adoptionProblems(scope),
    ...coverageProblems(scope),
    ...platformProblems(args.platform, scope),
    ...accessProblems(args.kubeconfig, scope),
  ];
}

/** What the args of Issuers must satisfy. */
export function issuersRules(
  args: { acme: AcmeArgs; challenges: ChallengeArgs[]; dnsSecrets?: unknown },
  _given: unknown,
  sound: Sound,
): Problem[] {
  return [
    ...acmeProblems(args.acme, { domains: [], sound }),
    ...namedIssuerProblems(args.acme, sound),
    ...challengeProblems(args.challenges, args.dnsSecrets, sound),
  ];
}

const namedIssuerProblems = (acme: AcmeArgs, sound: Sound): Problem[] =>
  sound(["acme", "issuers"]) ? issuerNameProblems(acme) : [];

/** What the args of DnsCredentials must satisfy. */
export function dnsCredentialsRules(
  args: ChallengeEntry & { dnsSecrets?: unknown; secretName?: string | undefined },
  _given: unknown,
  sound: Sound,
): Problem[] {
  return sound([])
    ? [...entryProblems(args, []), ...secretProblems(args, args.dnsSecrets, []), ...secretNameProblems(args)]
    : [];
}

/** What the args of CertManager must satisfy. */
export const certManagerRules = (args: InstallationArgs, _given: unknown, sound: Sound): Problem[] =>
  sound(["namespace"]) ? installationProblems(args, [], sound) : [];
