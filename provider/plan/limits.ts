import { getDomain } from "tldts";
import { defaultEnvironment, isProduction, type AcmeArgs } from "../issuers/acme";
import { letsEncryptLimits as limits } from "../issuers/lets-encrypt-limits";
import { completeDomains, drawsOnAcme, type DomainArgs, type DomainDefaults } from "./domain";

interface Ordering {
  acme?: AcmeArgs | undefined;
  defaults?: DomainDefaults | undefined;
  domains: readonly DomainArgs[];
}

/** From which part of a limit on it is worth a warning: what else is ordered under the same names is not known here. */
const near = 0.8;

/**
 * What a program should know before it orders all its certificates at once, as in a promotion to production or on a new cluster.
 * Which of them exist already is not known from args, so the warning says what counts.
 */
export function limitWarnings(args: Ordering): string[] {
  const ordered = completeDomains(args.domains, args.defaults).filter((domain) => isOrderedInProduction(domain, args));
  const { certificatesPerRegisteredDomain: perDomain, ordersPerAccount: perAccount } = limits;
  const crowded = [...countByRegisteredDomain(ordered)].filter(([, count]) => count >= near * perDomain.count);
  const advice =
    "If they are new, promote them in several parts, by environment of each domain (renewals do not count).";
  return [
    ...crowded.map(
      ([registered, count]) =>
        `${count} certificates have names in ${registered}, of which Let's Encrypt issues at most ${perDomain.count} new ones in ${perDomain.period}. ${advice}`,
    ),
    ...(ordered.length >= near * perAccount.count
      ? [
          `${ordered.length} certificates are ordered by one account, for which Let's Encrypt takes at most ${perAccount.count} orders in ${perAccount.period}. ${advice}`,
        ]
      : []),
  ];
}

const isOrderedInProduction = (domain: DomainArgs, { acme }: Ordering): boolean =>
  drawsOnAcme(domain) && isProduction(domain.environment ?? defaultEnvironment(acme ?? {}), acme?.directory);

/** How many certificates count for each registered domain: one with names in several counts for each of them. */
function countByRegisteredDomain(domains: readonly DomainArgs[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { host, additionalDnsNames = [] } of domains) {
    const registered = new Set([host, ...additionalDnsNames].map(registeredDomain));
    for (const name of registered) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** The part of a name that somebody registered, by the Public Suffix List with its private part, as Let's Encrypt counts. */
function registeredDomain(name: string): string {
  const host = name.replace("*.", "");
  return getDomain(host, { allowPrivateDomains: true }) ?? host;
}
