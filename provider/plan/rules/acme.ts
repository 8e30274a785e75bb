import type { ChallengeArgs } from "../../dns";
import { defaultEnvironment, isLetsEncrypt, profileOf, usedEnvironments, type AcmeArgs } from "../../issuers/acme";
import { namesByProfile } from "../../issuers/lets-encrypt-limits";
import { covers, inZone, isWildcard } from "../../schema/hostname";
import { show, type Path, type Problem } from "../../schema/problems";
import { drawsOnAcme } from "../domain";
import { problem, readable, type Placed, type Scope } from "./scope";

/** ACME issuers are made where something speaks of them: a domain that draws on one, or one half of what they need. */
export function neededProblems(
  { acme, challenges }: { acme?: AcmeArgs | undefined; challenges?: ChallengeArgs[] | undefined },
  scope: Scope,
): Problem[] {
  const host = readable(scope, ["host", "certificateFrom", "issuer"]).find(({ merged }) => drawsOnAcme(merged))?.merged
    .host;
  const missing = [["acme", acme] as const, ["challenges", challenges] as const].filter(
    ([, value]) => value === undefined,
  );
  if (missing.length === 0 || (host === undefined && missing.length === 2)) return [];
  const reason =
    host === undefined
      ? "is missing: acme and challenges need each other; give both or none"
      : `is missing: ${show(host)} draws on an ACME environment; set it, or give the domain an issuer that exists already`;
  return missing.map(([key]) => problem([key], reason));
}

/** What the account and its directories must have for the environments that draw on them. */
export function acmeProblems(acme: AcmeArgs, scope: Scope): Problem[] {
  const domains = readable(scope, ["environment", "issuer"]);
  const used = usedEnvironments(
    acme,
    domains.map(({ merged }) => merged),
  );
  const problems: Problem[] = [];
  if (used.includes("production") && acme.email === undefined) {
    const reason = "is missing: production needs a contact; set it to a mailbox that somebody reads";
    problems.push(problem(["acme", "email"], reason));
  }
  if (used.includes("custom") && !acme.directory) {
    problems.push(problem(["acme", "directory"], 'is missing: environment "custom" needs acme.directory.url'));
  }
  // An environment that is malformed may be the one that was meant to use it.
  const all =
    domains.length === scope.domains.length &&
    ["environment", "additionalEnvironments"].every((key) => scope.sound(["acme", key]));
  if (all && acme.directory && !used.includes("custom")) {
    const reason = 'is not used by any domain; set acme.environment to "custom" or leave it out';
    problems.push(problem(["acme", "directory"], reason));
  }
  return problems;
}

/** What an ACME server, and one that validates by DNS, asks of the names and keys of a certificate. */
export function orderProblems(
  { acme, challenges }: { acme?: AcmeArgs | undefined; challenges?: ChallengeArgs[] | undefined },
  scope: Scope,
): Problem[] {
  const named = readable(scope, ["host", "additionalDnsNames", "certificateFrom", "issuer"]).filter(({ merged }) =>
    drawsOnAcme(merged),
  );
  const ordered = readable(scope, [
    "host",
    "additionalDnsNames",
    "certificateFrom",
    "issuer",
    "environment",
    "privateKey",
  ]).filter(
    ({ merged }) =>
      drawsOnAcme(merged) && isLetsEncrypt(merged.environment ?? defaultEnvironment(acme ?? {}), acme?.directory),
  );
  return [
    ...(challenges && scope.sound(["challenges"])
      ? named.flatMap((domain) => uncoveredProblems(domain, challenges))
      : []),
    ...named.flatMap(lengthProblems),
    ...(scope.sound(["acme"])
      ? ordered.flatMap((domain) => [
          ...keyProblems(domain),
          ...redundantProblems(domain),
          ...profileProblems(domain, acme ?? {}),
        ])
      : []),
  ];
}

type Named = Placed<"host" | "additionalDnsNames">;

const namesOf = ({ path, merged }: Named): { name: string; at: Path }[] => [
  { name: merged.host, at: [...path, "host"] },
  ...(merged.additionalDnsNames ?? []).map((name, index) => ({ name, at: [...path, "additionalDnsNames", index] })),
];

function uncoveredProblems(domain: Named, challenges: readonly ChallengeArgs[]): Problem[] {
  const active = challenges.filter(({ standby }) => !standby);
  if (active.some((challenge) => !challenge.zones)) return [];
  const zones = active.flatMap((challenge) => challenge.zones ?? []);
  const fix = `lies in none of the zones of challenges (${zones.join(", ")}); add its zone there, or an entry without zones`;
  return namesOf(domain)
    .filter(({ name }) => !zones.some((zone) => inZone(name, zone)))
    .map(({ name, at }) => problem(at, `${show(name)} ${fix}`));
}

/** The record of DNS-01 stands before the name (RFC 8555 section 8.4). */
const longestName = 253 - "_acme-challenge.".length;

function lengthProblems(domain: Named): Problem[] {
  return namesOf(domain)
    .filter(({ name }) => name.replace("*.", "").length > longestName)
    .map(({ at }) =>
      problem(
        at,
        `is longer than ${longestName} characters, so that the record _acme-challenge before it would be longer than 253 (RFC 8555 8.4)`,
      ),
    );
}

function keyProblems({ merged: { privateKey }, at }: Placed<"privateKey">): Problem[] {
  if (privateKey?.algorithm === "Ed25519") {
    return [
      problem([...at("privateKey"), "algorithm"], '"Ed25519" is refused by Let\'s Encrypt; set it to ECDSA or RSA'),
    ];
  }
  if (privateKey?.algorithm === "ECDSA" && privateKey.size === 521) {
    return [problem([...at("privateKey"), "size"], "521 is refused by Let's Encrypt for ECDSA; set it to 256 or 384")];
  }
  return [];
}

/** The limit that holds for all certificates is a rule of the domain itself. */
function profileProblems({ merged, path }: Named & Placed<"environment">, acme: AcmeArgs): Problem[] {
  const profile = profileOf(merged.environment ?? defaultEnvironment(acme), acme);
  const most = typeof profile === "string" ? namesByProfile.get(profile) : undefined;
  const count = 1 + (merged.additionalDnsNames ?? []).length;
  if (most === undefined || count <= most) return [];
  const reason = `makes ${count} names with the host, and a certificate of the profile ${show(profile)} has at most ${most}; make a second domain, or choose another profile`;
  return [problem([...path, "additionalDnsNames"], reason)];
}

/** Let's Encrypt refuses an order for a name and a wildcard that covers it. */
function redundantProblems(domain: Named): Problem[] {
  const names = namesOf(domain);
  return names.flatMap(({ name, at }) => {
    const wildcard = names.find((other) => isWildcard(other.name) && other.name !== name && covers(other.name, name));
    const reason = `is covered by ${show(wildcard?.name)} of the same certificate, and Let's Encrypt refuses such an order; leave out one of them`;
    return wildcard ? [problem(at, `${show(name)} ${reason}`)] : [];
  });
}
