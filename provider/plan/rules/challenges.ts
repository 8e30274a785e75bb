import * as pulumi from "@pulumi/pulumi";
import { isDeepStrictEqual } from "node:util";
import { bindChallenge, secretProblemOf, type ChallengeArgs, type ChallengeEntry } from "../../dns";
import type { CredentialSource } from "../../dns/contract";
import { maxNamesPerCertificate } from "../../issuers/lets-encrypt-limits";
import { nearest } from "../../schema/nearest";
import type { Sound } from "../../schema/parse";
import { show, type Path, type Problem } from "../../schema/problems";
import { hasOutput } from "../../schema/vocabulary";
import { groupBy } from "../group-by";
import { problem } from "./scope";

interface Indexed {
  challenge: ChallengeArgs;
  index: number;
}

/** Every challenge has its credential, and its zones for itself. */
export function challengeProblems(challenges: readonly ChallengeArgs[], dnsSecrets: unknown, sound: Sound): Problem[] {
  const wellFormed = challenges
    .map((challenge, index) => ({ challenge, index }))
    .filter(({ index }) => sound(["challenges", index]));
  return [
    ...wellFormed.flatMap(({ challenge, index }) => [
      ...entryProblems(challenge, ["challenges", index]),
      ...dryRunProblems(challenge, ["challenges", index]),
      ...(sound(["dnsSecrets"]) ? secretProblems(challenge, dnsSecrets, ["challenges", index]) : []),
    ]),
    ...zoneProblems(wellFormed),
    ...sharedProblems(wellFormed),
    ...sharedSecretProblems(wellFormed),
    ...trialProblems(wellFormed),
    ...identityProblems(wellFormed),
    ...standbyProblems(challenges),
  ];
}

/** What one entry must satisfy by itself. */
export function entryProblems(entry: ChallengeEntry, path: Path): Problem[] {
  return [...tokenProblems(entry, path), ...managedZoneProblems(entry, path), ...rotationProblems(entry, path)];
}

function tokenProblems({ zones, cloudflare }: ChallengeEntry, path: Path): Problem[] {
  const problems: Problem[] = [];
  const token = cloudflare?.token;
  if (token && !zones) {
    const reason = "is missing: a token is made for named zones alone; name the zones that it is for";
    problems.push(problem([...path, "zones"], reason));
  }
  if (token && Date.parse(token.expiresOn) <= Date.now()) {
    const reason = "lies in the past, so the token is of no use; set it later, and rotation to a new text";
    problems.push(problem([...path, "cloudflare", "token", "expiresOn"], `${show(token.expiresOn)} ${reason}`));
  }
  return [...problems, ...zoneIdProblems({ zones, cloudflare }, path)];
}

function zoneIdProblems({ zones, cloudflare }: ChallengeEntry, path: Path): Problem[] {
  const ids = cloudflare?.zoneIds ?? {};
  if (!zones || hasOutput(ids)) return [];
  return Object.keys(ids)
    .filter((zone) => !zones.includes(zone))
    .map((zone) => {
      const fix = `is no zone of this entry (${zones.join(", ")}); add it to zones, or leave it out`;
      return problem([...path, "cloudflare", "zoneIds", zone], `${show(zone)} ${fix}`);
    });
}

function managedZoneProblems({ zones, cloudDns }: ChallengeEntry, path: Path): Problem[] {
  if (!cloudDns?.createZone || zones?.length === 1) return [];
  const reason = `must name exactly one zone with createZone, for one managed zone is made; got ${show(zones)}`;
  return [problem([...path, "zones"], reason)];
}

/** Only what is written here can be replaced here. */
function rotationProblems(entry: ChallengeEntry, path: Path): Problem[] {
  if (entry.rotation === undefined) return [];
  const { kind, credential } = bindChallenge(entry);
  if (credential.source === "unmanaged") {
    const fix = "rotate it where it is kept, or leave rotation out";
    return [
      problem([...path, "rotation"], `has no effect, for certfleet writes no credential of this ${kind}; ${fix}`),
    ];
  }
  if (credential.source === "existing") {
    const fix = "change the value in that Secret, or leave rotation out";
    return [problem([...path, "rotation"], `cannot rotate existingSecret, which somebody else keeps; ${fix}`)];
  }
  if (credential.source !== "keyless") return [];
  return [problem([...path, "rotation"], "has no effect with workloadIdentity, which has no key; leave it out")];
}

function dryRunProblems({ rotation, standby, zones }: ChallengeArgs, path: Path): Problem[] {
  if (rotation === undefined || standby || zones) return [];
  const reason = "is missing: a rotation is proven by a certificate for a name in each zone; name the zones";
  return [problem([...path, "zones"], reason)];
}

/** One certificate proves a rotation, for all entries that share the credential. */
function trialProblems(challenges: readonly Indexed[]): Problem[] {
  const rotated = challenges.filter(({ challenge }) => challenge.rotation !== undefined && !challenge.standby);
  return [...byCredential(rotated).values()].flatMap((entries) => {
    const zones = new Set(entries.flatMap(({ challenge }) => challenge.zones ?? []));
    if (zones.size <= maxNamesPerCertificate) return [];
    const reason = `names ${zones.size} zones, with those of all entries of its credential, and the certificate that proves a rotation has at most ${maxNamesPerCertificate} names; give some of them an entry with a credential of its own`;
    return [problem(["challenges", entries[0]!.index, "zones"], reason)];
  });
}

/** The entries of each credential, by its name. */
const byCredential = (challenges: readonly Indexed[]): Map<string, Indexed[]> =>
  groupBy(challenges, ({ challenge }) => bindChallenge(challenge).credential.name);

/** A value that is given must be there, and be what the provider takes. */
export function secretProblems(entry: ChallengeEntry, dnsSecrets: unknown, path: Path): Problem[] {
  if (pulumi.Output.isInstance(dnsSecrets)) return [];
  const secrets = (dnsSecrets ?? {}) as Record<string, unknown>;
  const {
    kind,
    credential: { secretName },
  } = bindChallenge(entry);
  if (secretName === undefined) return [];
  const at = [...path, kind, "secret"];
  if (!Object.hasOwn(secrets, secretName)) return [problem(at, unknownSecret(secretName, Object.keys(secrets)))];
  const value = secrets[secretName];
  const reason = typeof value === "string" ? secretProblemOf(kind, value) : undefined;
  return reason === undefined ? [] : [problem(at, `${show(secretName)} in dnsSecrets ${reason}`)];
}

function unknownSecret(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  const fix = meant
    ? `did you mean ${show(meant)}?`
    : `add it there, or name one of its keys (${known.join(", ") || "it has none"})`;
  return `${show(name)} is no key of dnsSecrets; ${fix}`;
}

/** Of two solvers with the same zone cert-manager takes the first, always, so the other one would never be used. */
function zoneProblems(challenges: readonly { challenge: ChallengeArgs; index: number }[]): Problem[] {
  const first = new Map<string, number>();
  return challenges.flatMap(({ challenge, index }) => {
    if (challenge.standby) return [];
    const zones = challenge.zones ?? [""];
    return zones.flatMap((zone, at) => {
      const earlier = first.get(zone);
      if (earlier === undefined) {
        first.set(zone, index);
        return [];
      }
      return zone === ""
        ? [
            problem(
              ["challenges", index],
              `has no zones, like challenges[${earlier}], which is taken for every name; name its zones`,
            ),
          ]
        : [
            problem(
              ["challenges", index, "zones", at],
              `${show(zone)} is a zone of challenges[${earlier}] already, which is taken for it; leave it out of one`,
            ),
          ];
    });
  });
}

/** What entries that share a credential must say alike, because it is made once. */
function identityOf(challenge: ChallengeArgs): unknown {
  const { source, secretName, secretRef } = bindChallenge(challenge).credential;
  const { rotation, cloudflare, cloudDns } = challenge;
  const made = source === "made" || source === "keyless" || cloudDns?.createZone;
  const { serviceAccount, workloadIdentity, project } = cloudDns ?? {};
  const own = { source, secretName, secretObject: secretRef?.name, rotation, token: cloudflare?.token };
  return { ...own, ...(made ? { project, serviceAccount, workloadIdentity } : {}) };
}

function sharedProblems(challenges: readonly Indexed[]): Problem[] {
  return [...byCredential(challenges)].flatMap(([name, [first, ...others]]) => {
    const identity = identityOf(first!.challenge);
    return others.flatMap(({ challenge, index }) => {
      if (isDeepStrictEqual(identity, identityOf(challenge))) return [];
      const reason = `has the credential ${show(name)} of challenges[${first!.index}], but says something else of it; say the same of its rotation and its parts, or give it one of its own`;
      return [problem(["challenges", index], reason)];
    });
  });
}

/** Only what is written here can be named here. */
export function secretNameProblems(args: ChallengeEntry & { secretName?: string | undefined }): Problem[] {
  const { kind, credential } = bindChallenge(args);
  const reasons: Partial<Record<CredentialSource, string>> = {
    existing: "existingSecret, which has a name",
    keyless: "workloadIdentity, which has no Secret",
    unmanaged: `this ${kind}, for which no Secret is written`,
  };
  const reason = reasons[credential.source];
  if (args.secretName === undefined || reason === undefined) return [];
  return [problem(["secretName"], `has no effect with ${reason}; leave it out`)];
}

/** A rotation's part in the name of a Secret may read as a part of another credential's name. */
function sharedSecretProblems(challenges: readonly Indexed[]): Problem[] {
  const credentials = challenges.map(({ challenge, index }) => ({ index, ...bindChallenge(challenge).credential }));
  return credentials.flatMap(({ index, name, source, secretRef }, at) => {
    const clash = credentials.slice(0, at).find((earlier) => {
      // Somebody else may well keep several credentials in one Secret.
      const written = source !== "existing" || earlier.source !== "existing";
      return written && secretRef && earlier.secretRef?.name === secretRef.name && earlier.name !== name;
    });
    if (!clash) return [];
    const reason = `has its credential in the Secret ${show(secretRef!.name)}, in which challenges[${clash.index}] has another; give one of them another rotation, or another name of its secret or token`;
    return [problem(["challenges", index], reason)];
  });
}

/** cert-manager's ServiceAccount can act as one account only. */
function identityProblems(challenges: readonly Indexed[]): Problem[] {
  const keyless = challenges.filter(({ challenge }) => challenge.cloudDns?.workloadIdentity);
  const nameOf = ({ challenge }: Indexed) => bindChallenge(challenge).credential.name;
  return keyless.slice(1).flatMap((one) => {
    if (nameOf(one) === nameOf(keyless[0]!)) return [];
    const reason = `needs a second service account beside that of challenges[${keyless[0]!.index}], and cert-manager acts as one only; name the same project and no hostedZoneName in both, or use a key for one of them`;
    return [problem(["challenges", one.index, "cloudDns", "workloadIdentity"], reason)];
  });
}

function standbyProblems(challenges: readonly ChallengeArgs[]): Problem[] {
  if (challenges.length === 0 || !challenges.every(({ standby }) => standby)) return [];
  return [problem(["challenges"], "has entries on standby only, so nothing can be issued; leave out standby in one")];
}
