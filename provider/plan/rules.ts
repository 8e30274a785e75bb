import * as pulumi from "@pulumi/pulumi";
import type { ChallengeArgs } from "../dns";
import { bindChallenge } from "../dns";
import { defaultEnvironment, type AcmeArgs, type Environment } from "../issuers/acme";
import { show, type Path, type Problem } from "../schema/problems";
import { nearest } from "../schema/nearest";
import { drawsOnAcme, withDefaults, type DomainArgs, type DomainDefaults } from "./domain";
import { covers, inZone } from "../schema/hostname";
import { hasOutput } from "../schema/vocabulary";
import { missingGatewayClass, missingIssuer, offeredIssuer, type Platform } from "./platform";

/** What a domain's own args must satisfy, wherever they stand. */
export function domainProblems(domain: DomainArgs, given: DomainArgs, path: Path): Problem[] {
  const problems: Problem[] = [];
  const add = (key: string, reason: string) => problems.push({ path: [...path, key], reason });
  const name = show(domain.host);
  if (!domain.certificateOnly && !domain.backend) {
    add(
      "backend",
      `is missing: ${name} has nothing to route to; set backend.service and backend.port, or certificateOnly: true`,
    );
  }
  for (const key of ["backend", "route", "redirect"] as const) {
    if (domain.certificateOnly && domain[key] !== undefined)
      add(key, `has no effect with certificateOnly: true; leave one of them out`);
  }
  if (domain.certificateOnly && domain.certificateFrom) {
    add(
      "certificateFrom",
      `contradicts certificateOnly: true, which makes a certificate and nothing else; leave one of them out`,
    );
  }
  if (domain.createNamespace && typeof given.namespace !== "string") {
    const reason = "must be a plain string with createNamespace: true, because it decides which resources exist";
    add("namespace", `${reason}; got ${show(given.namespace)}`);
  }
  return problems;
}

/** Of a certificate in another stack only the name is known. */
export function coverageProblems({ certificateFrom, host }: DomainArgs): Problem[] {
  if (certificateFrom === undefined || covers(certificateFrom, host)) return [];
  return [{ path: ["certificateFrom"], reason: notCovered([certificateFrom], host) }];
}

function notCovered(names: string[], host: string): string {
  const shown = names.map(show).join(", ");
  return `${shown} ${names.length === 1 ? "does" : "do"} not cover ${show(host)}; a wildcard covers exactly one label (RFC 6125 6.4.3)`;
}

/** What a platform must offer a domain, as far as the platform is known already. */
export function platformProblems(platform: pulumi.Input<Platform>, domain: DomainArgs): Problem[] {
  if (hasOutput(platform)) return [];
  const known = platform as Platform;
  const problems: Problem[] = [];
  if (drawsOnAcme(domain) && offeredIssuer(known, domain.environment) === undefined) {
    problems.push({ path: ["environment"], reason: missingIssuer(known, domain.environment) });
  }
  const named = domain.route?.gatewayApi?.gatewayClassName ?? known.gatewayClassName;
  if (!domain.certificateOnly && !named) {
    problems.push({ path: ["route", "gatewayApi", "gatewayClassName"], reason: missingGatewayClass });
  }
  return problems;
}

export interface ClusterInputs {
  acme?: AcmeArgs | undefined;
  challenges?: ChallengeArgs[] | undefined;
  /** A map by name; an Output where it is not known yet. */
  dnsSecrets?: unknown;
  defaults?: DomainDefaults | undefined;
  domains: DomainArgs[];
}

/** Everything that only shows when the parts of a ClusterTls are seen together. */
export function clusterProblems(args: ClusterInputs, given: ClusterInputs): Problem[] {
  const domains = args.domains.map((domain) => withDefaults(domain, args.defaults));
  return [
    ...neededProblems(args, domains),
    ...(args.acme ? acmeProblems(args.acme, domains) : []),
    ...challengeProblems(args.challenges ?? [], args.dnsSecrets),
    ...duplicateProblems(args.domains),
    ...args.domains.flatMap((own, index) => [
      ...domainProblems(routed(own, domains[index]!), withDefaults(given.domains[index]!, given.defaults), [
        "domains",
        index,
      ]),
      ...gatewayClassProblems(domains[index]!, index),
      ...(args.challenges ? uncoveredProblems(domains[index]!, args.challenges, index) : []),
      ...sharedCertificateProblems(own, domains, index),
    ]),
  ];
}

/** The domain as its defaults complete it, except where a default would be taken for the domain's own word. */
const routed = (own: DomainArgs, merged: DomainArgs): DomainArgs => ({
  ...merged,
  route: own.route,
  redirect: own.redirect,
});

/** ACME issuers are made where something speaks of them: a domain that draws on one, or one half of what they need. */
function neededProblems({ acme, challenges }: ClusterInputs, domains: DomainArgs[]): Problem[] {
  const host = domains.find(drawsOnAcme)?.host;
  if (host === undefined && acme === undefined && challenges === undefined) return [];
  const cause =
    host === undefined ? "each of acme and challenges needs the other" : `${show(host)} draws on an ACME environment`;
  const fix = host === undefined ? "give both or none" : "set it, or give the domain an issuer that exists already";
  return [["acme", acme] as const, ["challenges", challenges] as const].flatMap(([key, value]) =>
    value === undefined ? [{ path: [key], reason: `is missing: ${cause}; ${fix}` }] : [],
  );
}

export function acmeProblems(acme: AcmeArgs, domains: DomainArgs[]): Problem[] {
  const used = usedEnvironments(acme, domains);
  const problems: Problem[] = [];
  if (used.includes("production") && acme.email === undefined) {
    problems.push({
      path: ["acme", "email"],
      reason: "is missing: production needs a contact; set it to a mailbox that somebody reads",
    });
  }
  if (used.includes("custom") && !acme.directory) {
    problems.push({ path: ["acme", "directory"], reason: 'is missing: environment "custom" needs acme.directory.url' });
  }
  if (acme.directory && !used.includes("custom")) {
    problems.push({
      path: ["acme", "directory"],
      reason: 'is not used by any domain; set acme.environment to "custom" or leave it out',
    });
  }
  return problems;
}

/** The environments that get an issuer, in a fixed order. */
export function usedEnvironments(
  acme: AcmeArgs,
  domains: readonly { environment?: Environment | undefined }[],
): Environment[] {
  const named = domains.flatMap((domain) => (domain.environment ? [domain.environment] : []));
  return [...new Set([defaultEnvironment(acme), ...(acme.additionalEnvironments ?? []), ...named])].sort();
}

export function challengeProblems(challenges: ChallengeArgs[], dnsSecrets: unknown): Problem[] {
  if (pulumi.Output.isInstance(dnsSecrets)) return [];
  const secrets = dnsSecrets ?? {};
  return challenges.flatMap((challenge, index) => {
    const { kind, secretName } = bindChallenge(challenge);
    if (secretName === undefined || Object.hasOwn(secrets, secretName)) return [];
    const meant = nearest(secretName, Object.keys(secrets));
    const fix = meant
      ? `did you mean ${show(meant)}?`
      : `add it there, or name one of its keys (${Object.keys(secrets).join(", ") || "it has none"})`;
    return [
      { path: ["challenges", index, kind, "secret"], reason: `${show(secretName)} is no key of dnsSecrets; ${fix}` },
    ];
  });
}

function duplicateProblems(domains: DomainArgs[]): Problem[] {
  return domains.flatMap(({ host }, index) => {
    const first = domains.findIndex((other) => other.host === host);
    if (first === index) return [];
    return [
      {
        path: ["domains", index, "host"],
        reason: `${show(host)} is the host of domains[${first}] already; a host can stand only once`,
      },
    ];
  });
}

function gatewayClassProblems(domain: DomainArgs, index: number): Problem[] {
  if (domain.certificateOnly || domain.route?.gatewayApi?.gatewayClassName !== undefined) return [];
  const path = ["domains", index, "route", "gatewayApi", "gatewayClassName"];
  const reason = `is missing: set it here or in defaults.route.gatewayApi to a GatewayClass of the cluster (kubectl get gatewayclasses)`;
  return [{ path, reason }];
}

function uncoveredProblems(domain: DomainArgs, challenges: ChallengeArgs[], index: number): Problem[] {
  if (!drawsOnAcme(domain)) return [];
  const zones = challenges.flatMap((challenge) => challenge.zones ?? []);
  if (challenges.some((challenge) => !challenge.zones)) return [];
  const named = [
    { name: domain.host, path: ["host"] },
    ...(domain.additionalDnsNames ?? []).map((name, at) => ({ name, path: ["additionalDnsNames", at] })),
  ];
  return named
    .filter(({ name }) => !zones.some((zone) => inZone(name, zone)))
    .map(({ name, path }) => ({
      path: ["domains", index, ...path],
      reason: `${show(name)} lies in none of the zones of challenges (${zones.join(", ")}); add its zone there, or an entry without zones`,
    }));
}

function sharedCertificateProblems(own: DomainArgs, domains: DomainArgs[], index: number): Problem[] {
  if (!own.certificateFrom) return [];
  const path = ["domains", index, "certificateFrom"];
  const source = domains.find((domain) => domain.host === own.certificateFrom && !domain.certificateFrom);
  if (!source) {
    return [
      {
        path,
        reason: `${show(own.certificateFrom)} is not the host of a domain with a certificate of its own; add that domain`,
      },
    ];
  }
  const names = [source.host, ...(source.additionalDnsNames ?? [])];
  if (!names.some((name) => covers(name, own.host))) return [{ path, reason: notCovered(names, own.host) }];
  const [mine, theirs] = [domains[index]!.namespace ?? "default", source.namespace ?? "default"];
  if (typeof mine !== "string" || typeof theirs !== "string" || mine === theirs) return [];
  const reason = `the certificate of ${show(source.host)} is in namespace ${show(theirs)}, and a Gateway in ${show(mine)} cannot read it; use one namespace`;
  return [{ path, reason }];
}
