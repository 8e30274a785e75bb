import { bindChallenge, type ChallengeArgs } from "../../dns";
import type { RecordKind } from "../../dns/record";
import { recordKindFor, recordKindOf, zoneKindNames, type DnsZoneArgs } from "../../dns/zones";
import { inZone } from "../../schema/hostname";
import { formatPath, show, type Path, type Problem } from "../../schema/problems";
import type { RecordSettings } from "../dns-records";
import { servingEntry, type ServingEntry } from "../dns-zone";
import { domainRule, problem, readable, type Placed, type Scope } from "./scope";

const reads = ["host", "certificateOnly", "dnsRecord", "dnsRecordSettings", "dnsZone", "waitForDns"] as const;
type Recorded = Placed<(typeof reads)[number]>;

/** What the DNS records of a cluster's domains need, where challenges say which zones there are. */
export function clusterRecordProblems(challenges: readonly ChallengeArgs[] | undefined, scope: Scope): Problem[] {
  const entries = scope.sound(["challenges"]) ? (challenges ?? []) : undefined;
  return [...settingsProblems(scope), ...recorded(scope).flatMap((domain) => inCluster(domain, entries))];
}

/** The same of a domain alone, which must say its zone itself. */
export const domainRecordProblems = (scope: Scope): Problem[] => [
  ...settingsProblems(scope),
  ...recorded(scope).flatMap((domain) =>
    domain.merged.dnsZone ? zoneProblems(domain, domain.merged.dnsZone) : [missingZone(domain)],
  ),
];

/** The domains that get a record: only a route has addresses. */
const recorded = (scope: Scope): Recorded[] =>
  readable(scope, reads).filter(({ own, merged }) => merged.dnsRecord && !own.certificateOnly);

/** What a domain says itself and what has no effect because it gets no record; a default may stay unused. */
const settingsProblems = (scope: Scope): Problem[] =>
  (["dnsRecordSettings", "dnsZone"] as const).flatMap((key) =>
    domainRule(["dnsRecord", key], ({ own, merged, path }) =>
      own[key as keyof typeof own] === undefined || merged.dnsRecord
        ? []
        : [problem([...path, key], "has no effect without dnsRecord: true; set that, or leave it out")],
    )(scope),
  );

const missingZone = ({ path }: Recorded): Problem =>
  problem(
    [...path, "dnsZone"],
    "is missing: with dnsRecord: true a TlsDomain must know the zone; set dnsZone.name and one of dnsZone.cloudflare and dnsZone.cloudDns",
  );

function inCluster(domain: Recorded, challenges: readonly ChallengeArgs[] | undefined): Problem[] {
  const { merged, path } = domain;
  if (merged.dnsZone) return zoneProblems(domain, merged.dnsZone);
  if (!challenges) return [];
  const serving = servingEntry(merged.host, challenges);
  const reason = serving ? lacking(merged.host, serving) : noEntry(merged.host);
  if (reason !== undefined) return [problem([...path, "dnsRecord"], reason)];
  return kindProblems(domain, recordKindFor(bindChallenge(serving!.entry).kind)!);
}

const noEntry = (host: string): string =>
  `needs the zone of ${show(host)}, and no entry of challenges serves it; set dnsZone, or leave out dnsRecord`;

/** What an entry does not say of the zone that a record is made in. */
function lacking(host: string, { entry, index, zone }: ServingEntry): string | undefined {
  const at = formatPath(["challenges", index]);
  const { kind } = bindChallenge(entry);
  if (!recordKindFor(kind)) {
    return `needs a DNS provider that makes records, and ${at}, which serves ${show(host)}, is of the kind ${kind}, which only proves names; set dnsZone with one of ${zoneKindNames.join(", ")}, or leave out dnsRecord`;
  }
  if (zone === undefined) {
    return `needs the zone of ${show(host)}, and ${at}, which serves it, names no zones; add the zone to ${at}.zones, or set dnsZone`;
  }
  if (!entry.cloudDns || entry.cloudDns.createZone || entry.cloudDns.hostedZoneName !== undefined) return undefined;
  return `needs the managed zone of ${show(zone)}; set ${at}.cloudDns.hostedZoneName (gcloud dns managed-zones list), or set dnsZone`;
}

function zoneProblems(domain: Recorded, zone: DnsZoneArgs): Problem[] {
  const { merged, at } = domain;
  if (inZone(merged.host, zone.name)) return kindProblems(domain, recordKindOf(zone));
  const reason = `does not hold ${show(merged.host)}; name the zone that does, or leave it out`;
  return [problem([...at("dnsZone"), "name"], `${show(zone.name)} ${reason}`)];
}

function kindProblems({ merged, at }: Recorded, kind: RecordKind): Problem[] {
  const settings = merged.dnsRecordSettings ?? {};
  return [
    ...(settings.proxied && merged.waitForDns ? [problem(at("waitForDns"), neverSeen)] : []),
    ...proxyProblems(settings, kind, at("dnsRecordSettings")),
    ...ttlProblems(settings, kind, at("dnsRecordSettings")),
  ];
}

const neverSeen =
  "is of no use with dnsRecordSettings.proxied: true, for the host then resolves to Cloudflare's addresses; leave one of them out";

function proxyProblems({ proxied, ttlSeconds }: RecordSettings, { label, proxies }: RecordKind, path: Path): Problem[] {
  if (!proxied) return [];
  if (!proxies) {
    return [problem([...path, "proxied"], `has no effect: ${label} does not proxy; leave it out`)];
  }
  if (ttlSeconds === undefined) return [];
  const reason = "has no effect with proxied: true, for then Cloudflare chooses it; leave one of them out";
  return [problem([...path, "ttlSeconds"], reason)];
}

function ttlProblems({ ttlSeconds }: RecordSettings, { label, ttl }: RecordKind, path: Path): Problem[] {
  if (ttlSeconds === undefined || (ttlSeconds >= ttl.min && ttlSeconds <= ttl.max)) return [];
  const reason = `is no time to live that ${label} takes; set it to ${ttl.min} to ${ttl.max} seconds, or leave it out`;
  return [problem([...path, "ttlSeconds"], `${ttlSeconds} ${reason}`)];
}
