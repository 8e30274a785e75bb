import { issuerName, type AcmeArgs, type Environment } from "../../issuers/acme";
import { show, type Problem } from "../../schema/problems";
import { objectName } from "../names";
import { domainRule, problem, readable, type Scope } from "./scope";

/** What must be said so that a Certificate which exists can be taken over as it is. */
export const adoptionProblems = (scope: Scope): Problem[] => rules.flatMap((rule) => rule(scope));

const rules = [
  domainRule(["adopt", "certificateFrom"], ({ own, path }) =>
    own.adopt && own.certificateFrom !== undefined
      ? [problem([...path, "adopt"], "has no effect with certificateFrom, which makes no Certificate; leave it out")]
      : [],
  ),
  domainRule(["certificateName", "certificateFrom"], ({ own, path }) =>
    own.certificateName !== undefined && own.certificateFrom !== undefined
      ? [
          problem(
            [...path, "certificateName"],
            "has no effect with certificateFrom, which makes no Certificate; leave it out",
          ),
        ]
      : [],
  ),
  domainRule(["adopt", "certificateFrom", "privateKey"], ({ merged, at }) =>
    merged.adopt && merged.certificateFrom === undefined && merged.privateKey === undefined
      ? [
          problem(
            at("privateKey"),
            "is missing: with adopt it must be the Certificate's own (its spec.privateKey; RSA of 2048 bits where it has none), or the certificate would be issued again",
          ),
        ]
      : [],
  ),
  domainRule(["adopt", "certificateFrom", "createNamespace", "namespace"], ({ merged, given, at }) => {
    if (!merged.adopt || merged.certificateFrom !== undefined) return [];
    if (merged.createNamespace) {
      const reason = "contradicts adopt: what is adopted has its namespace already; leave out createNamespace";
      return [problem(at("createNamespace"), reason)];
    }
    if (given.namespace === undefined || typeof given.namespace === "string") return [];
    const reason = "must be a plain string with adopt: true, because it is part of what is imported";
    return [problem(at("namespace"), `${reason}; got ${show(given.namespace)}`)];
  }),
];

/** Two Certificates of one name would be one. */
export function certificateNameProblems(scope: Scope): Problem[] {
  const domains = readable(scope, ["host", "certificateFrom", "certificateName", "namespace"]).filter(
    ({ own }) => own.certificateFrom === undefined,
  );
  const nameOf = ({ own }: (typeof domains)[number]): string => own.certificateName ?? objectName(own.host);
  return domains.flatMap((domain) => {
    if (domain.own.certificateName === undefined) return [];
    const other = domains.find(
      (one) =>
        one !== domain &&
        one.own.host !== domain.own.host &&
        nameOf(one) === nameOf(domain) &&
        (one.merged.namespace ?? "default") === (domain.merged.namespace ?? "default"),
    );
    if (!other) return [];
    const reason = `is the Certificate of ${show(other.own.host)} too; name another, or leave it out`;
    return [problem([...domain.path, "certificateName"], `${show(domain.own.certificateName)} ${reason}`)];
  });
}

/** Each environment has a ClusterIssuer of its own. */
export function issuerNameProblems(acme: AcmeArgs): Problem[] {
  const named = (Object.keys(acme.issuers ?? {}) as Environment[]).filter(
    (one) => acme.issuers?.[one]?.name !== undefined,
  );
  return named.flatMap((environment) => {
    const name = issuerName(environment, acme);
    const others = (["staging", "production", "custom"] as const).filter((one) => one !== environment);
    const other = others.find((one) => issuerName(one, acme) === name);
    if (!other) return [];
    const reason = `is the ClusterIssuer of environment ${show(other)} too; name another`;
    return [problem(["acme", "issuers", environment, "name"], `${show(name)} ${reason}`)];
  });
}
