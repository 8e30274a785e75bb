import { bindChallenge, type ChallengeArgs } from "../../dns";
import { accountKeySecret, issuerName, usedEnvironments, type AcmeArgs } from "../../issuers/acme";
import { covers } from "../../schema/hostname";
import { formatPath, show, type Problem } from "../../schema/problems";
import { secretNameOf, type DomainArgs } from "../domain";
import { certManagerGroup } from "../issuer-reference";
import { notCovered } from "./domain";
import { problem, readable, type Placed, type Scope } from "./scope";

/** What only shows when the domains of one cluster are seen together. */
export const togetherProblems = (scope: Scope): Problem[] => [
  ...duplicateProblems(scope),
  ...secretProblems(scope),
  ...sharedProblems(scope),
];

function duplicateProblems(scope: Scope): Problem[] {
  const domains = readable(scope, ["host"]);
  return domains.flatMap(({ own, path }, index) => {
    const first = domains.findIndex((other) => other.own.host === own.host);
    if (first === index) return [];
    const reason = `is the host of ${formatPath(domains[first]!.path)} already; a host can stand only once`;
    return [problem([...path, "host"], `${show(own.host)} ${reason}`)];
  });
}

type Writer = Placed<"host" | "certificateFrom" | "namespace" | "secretName">;

const namespaceOf = ({ namespace }: Pick<DomainArgs, "namespace">) => namespace ?? "default";

/** Namespaces that are not known yet are the same where they are one Output. */
function secretProblems(scope: Scope): Problem[] {
  const writers: Writer[] = readable(scope, ["host", "certificateFrom", "namespace", "secretName"]).filter(
    ({ own }) => own.certificateFrom === undefined,
  );
  return writers.flatMap(({ own, merged, path }, index) => {
    if (own.secretName === undefined) return [];
    // A name that follows from the host is there first: the host is all that decides it.
    const other = writers.find(
      (one, at) =>
        at !== index &&
        (at < index || one.own.secretName === undefined) &&
        secretNameOf(one.own) === own.secretName &&
        namespaceOf(one.merged) === namespaceOf(merged),
    );
    if (!other || other.own.host === own.host) return [];
    const reason = `is the Secret of ${show(other.own.host)} already, and two certificates in one would replace each other for ever; name another`;
    return [problem([...path, "secretName"], `${show(own.secretName)} ${reason}`)];
  });
}

function sharedProblems(scope: Scope): Problem[] {
  const keys = ["host", "certificateFrom", "namespace", "additionalDnsNames", "secretName"] as const;
  const domains = readable(scope, keys);
  const complete = readable(scope, ["host", "certificateFrom"]).length === scope.domains.length;
  return domains.flatMap((domain) => {
    const { own, path } = domain;
    if (own.certificateFrom === undefined) return [];
    const at = [...path, "certificateFrom"];
    const source = domains.find((one) => one.own.host === own.certificateFrom && one.own.certificateFrom === undefined);
    if (source) return [...borrowedProblems(domain, source)];
    const known = scope.domains.some(
      (one) => one.own.host === own.certificateFrom && one.own.certificateFrom === undefined,
    );
    const reason = "is not the host of a domain with a certificate of its own; add that domain";
    return complete && !known ? [problem(at, `${show(own.certificateFrom)} ${reason}`)] : [];
  });
}

type Borrower = Placed<"host" | "certificateFrom" | "namespace" | "additionalDnsNames" | "secretName">;

function borrowedProblems({ own, merged, path }: Borrower, source: Borrower): Problem[] {
  const at = [...path, "certificateFrom"];
  const names = [source.own.host, ...(source.own.additionalDnsNames ?? [])];
  const [mine, theirs] = [namespaceOf(merged), namespaceOf(source.merged)];
  const problems: Problem[] = [];
  if (!names.some((name) => covers(name, own.host))) problems.push(problem(at, notCovered(names, own.host)));
  if (typeof mine === "string" && typeof theirs === "string" && mine !== theirs) {
    const reason = `the certificate of ${show(source.own.host)} is in namespace ${show(theirs)}, and a Gateway in ${show(mine)} cannot read it; use one namespace`;
    problems.push(problem(at, reason));
  }
  if (own.secretName !== undefined) {
    const reason = `has no effect: the Secret is that of ${show(own.certificateFrom)}; leave it out`;
    problems.push(problem([...path, "secretName"], reason));
  }
  return problems;
}

/** Secrets in cert-manager's namespace that are not for certificates of domains, with what each is. */
function reservedSecrets(
  acme: AcmeArgs | undefined,
  challenges: readonly ChallengeArgs[],
  domains: readonly DomainArgs[],
): Map<string, string> {
  const accountKeys = acme ? usedEnvironments(acme, domains).map((one) => accountKeySecret(one, acme)) : [];
  return new Map([
    ...challenges
      .flatMap((challenge) => bindChallenge(challenge).credential.secretRef ?? [])
      .map(({ name }) => [name, "a DNS provider's credential"] as const),
    ...accountKeys.map((name) => [name, "the key of an ACME account"] as const),
    ["cert-manager-webhook-ca", "the CA of cert-manager's webhook"],
  ]);
}

export interface Platformed {
  acme?: AcmeArgs | undefined;
  challenges?: ChallengeArgs[] | undefined;
}

/** A certificate written over what cert-manager or its issuers keep there would break them. */
export function reservedProblems(
  { acme, challenges }: Platformed,
  certManagerNamespace: unknown,
  scope: Scope,
): Problem[] {
  const entries = (challenges ?? []).filter((_entry, index) => scope.sound(["challenges", index]));
  const environments = readable(scope, ["environment", "issuer", "host"]).map(({ merged }) => merged);
  const reserved = reservedSecrets(acme, entries, environments);
  return readable(scope, ["host", "certificateFrom", "namespace", "secretName"]).flatMap(({ own, merged, path }) => {
    const name = secretNameOf(own);
    const holds = reserved.get(name);
    if (own.certificateFrom !== undefined || holds === undefined || namespaceOf(merged) !== certManagerNamespace)
      return [];
    const key = own.secretName === undefined ? "host" : "secretName";
    return [
      problem(
        [...path, key],
        `${show(name)} is the Secret of ${holds} in namespace ${show(certManagerNamespace)}; set secretName to another`,
      ),
    ];
  });
}

/** An issuer that is made here is reached by its environment, which also waits for it. */
export function ownIssuerProblems(acme: AcmeArgs | undefined, scope: Scope): Problem[] {
  if (!acme || !scope.sound(["acme"])) return [];
  const environments = usedEnvironments(
    acme,
    readable(scope, ["environment", "issuer"]).map(({ merged }) => merged),
  );
  return readable(scope, ["issuer"]).flatMap(({ merged: { issuer }, at }) => {
    if (issuer?.kind !== "ClusterIssuer" || issuer.group !== certManagerGroup) return [];
    const environment = environments.find((one) => issuerName(one, acme) === issuer.name);
    if (!environment) return [];
    const reason = `is made here; leave out issuer and set environment to ${show(environment)}`;
    return [problem([...at("issuer"), "name"], `${show(issuer.name)} ${reason}`)];
  });
}
