import { maxNamesPerCertificate } from "../../issuers/lets-encrypt-limits";
import { covers } from "../../schema/hostname";
import { show, type Path, type Problem } from "../../schema/problems";
import { certManagerGroup, issuerKinds, type IssuerArgs } from "../issuer-reference";
import { keySizes, type PrivateKeyArgs } from "../private-key";
import { domainRule, problem, type Scope } from "./scope";

/** What each domain must satisfy by itself, wherever it stands. */
export const domainProblems = (scope: Scope): Problem[] => rules.flatMap((rule) => rule(scope));

const rules = [
  domainRule(["certificateOnly", "backend"], ({ own, path }) =>
    own.certificateOnly || own.backend
      ? []
      : [
          problem(
            [...path, "backend"],
            "is missing: there is nothing to route to; set backend.service and backend.port, or certificateOnly: true",
          ),
        ],
  ),
  ...(["backend", "route", "redirect", "dnsRecord", "waitForDns"] as const).map((key) =>
    withoutEffect(key, "certificateOnly"),
  ),
  ...(["additionalDnsNames", "environment", "issuer", "privateKey", "renew", "renewal", "deleteSecret"] as const).map(
    (key) => withoutEffect(key, "certificateFrom"),
  ),
  domainRule(["certificateOnly", "certificateFrom"], ({ own, path }) =>
    own.certificateOnly && own.certificateFrom !== undefined
      ? [
          problem(
            [...path, "certificateFrom"],
            "contradicts certificateOnly: true, which makes a certificate and nothing else; leave one of them out",
          ),
        ]
      : [],
  ),
  domainRule(["createNamespace", "namespace"], ({ merged, given, at }) => {
    if (!merged.createNamespace) return [];
    if (typeof given.namespace !== "string") {
      const reason = "must be a plain string with createNamespace: true, because it decides which resources exist";
      return [problem(at("namespace"), `${reason}; got ${show(given.namespace)}`)];
    }
    return isBuiltIn(given.namespace) ? [problem(at("namespace"), builtIn(given.namespace))] : [];
  }),
  domainRule(["environment", "issuer"], ({ merged, at }) =>
    merged.environment !== undefined && merged.issuer !== undefined
      ? [
          problem(
            at("environment"),
            "stands beside issuer, and a certificate has one issuer only; leave one of them out",
          ),
        ]
      : [],
  ),
  domainRule(["issuer"], ({ merged, at }) => (merged.issuer ? issuerProblems(merged.issuer, at("issuer")) : [])),
  domainRule(["privateKey"], ({ merged, at }) =>
    merged.privateKey ? sizeProblems(merged.privateKey, at("privateKey")) : [],
  ),
  domainRule(["renewal"], ({ merged: { renewal }, at }) =>
    renewal?.policy === "Disabled" && renewal.windows
      ? [
          problem(
            [...at("renewal"), "windows"],
            'has no effect with policy: "Disabled", which cert-manager refuses; leave one of them out',
          ),
        ]
      : [],
  ),
  domainRule(["host", "additionalDnsNames"], ({ own, path }) => nameProblems(own, path)),
];

/** What a domain says itself and what its own words make useless; a default may stay unused. */
function withoutEffect<
  K extends
    | "backend"
    | "route"
    | "redirect"
    | "dnsRecord"
    | "waitForDns"
    | "additionalDnsNames"
    | "environment"
    | "issuer"
    | "privateKey"
    | "renew"
    | "renewal"
    | "deleteSecret",
>(key: K, cause: "certificateOnly" | "certificateFrom") {
  return domainRule([key, cause], ({ own, path }) => {
    const given = cause === "certificateOnly" ? own.certificateOnly : own.certificateFrom;
    if (!given || own[key as keyof typeof own] === undefined) return [];
    return [problem([...path, key], `has no effect with ${cause}: ${show(given)}; leave one of them out`)];
  });
}

/** Namespaces that every cluster has, and the prefix that Kubernetes reserves for its own. */
export const isBuiltIn = (namespace: string): boolean => namespace === "default" || namespace.startsWith("kube-");

export const builtIn = (namespace: string): string =>
  `${show(namespace)} is a namespace of Kubernetes itself and cannot be made; leave out createNamespace, or choose another`;

function issuerProblems({ kind, group }: IssuerArgs, path: Path): Problem[] {
  if (group !== certManagerGroup || typeof kind !== "string") return [];
  if (issuerKinds.some((known) => known === kind)) return [];
  const fix = "an external issuer needs its API group as issuer.group";
  return [
    problem(
      [...path, "kind"],
      `${show(kind)} is no kind of ${certManagerGroup}, which has ${issuerKinds.join(" and ")}; ${fix}`,
    ),
  ];
}

function sizeProblems({ algorithm, size }: PrivateKeyArgs, path: Path): Problem[] {
  const sizes = keySizes[algorithm];
  if (size === undefined || sizes.length === 0) {
    return size === undefined
      ? []
      : [problem([...path, "size"], `has no effect: a key of ${algorithm} has one size only; leave it out`)];
  }
  if (typeof size !== "number" || sizes.includes(size)) return [];
  return [problem([...path, "size"], `${size} is no size of ${algorithm} keys; set it to one of ${sizes.join(", ")}`)];
}

function nameProblems(
  { host, additionalDnsNames = [] }: { host: string; additionalDnsNames?: string[] | undefined },
  path: Path,
): Problem[] {
  const at = [...path, "additionalDnsNames"];
  const names = [host, ...additionalDnsNames];
  const repeated = additionalDnsNames.flatMap((name, index) =>
    names.indexOf(name) <= index
      ? [problem([...at, index], `${show(name)} is a name of the certificate already; leave it out`)]
      : [],
  );
  if (names.length <= maxNamesPerCertificate) return repeated;
  const reason = `makes ${names.length} names with the host, and a certificate has at most ${maxNamesPerCertificate}; make a second domain`;
  return [...repeated, problem(at, reason)];
}

/** Of a certificate in another stack only a name is known. */
export const coverageProblems = domainRule(["host", "certificateFrom"], ({ own, path }) =>
  own.certificateFrom === undefined || covers(own.certificateFrom, own.host)
    ? []
    : [problem([...path, "certificateFrom"], notCovered([own.certificateFrom], own.host))],
);

export function notCovered(names: readonly string[], host: string): string {
  const shown = names.map(show).join(", ");
  return `${shown} ${names.length === 1 ? "does" : "do"} not cover ${show(host)}; a wildcard covers exactly one label (RFC 6125 6.4.3)`;
}
