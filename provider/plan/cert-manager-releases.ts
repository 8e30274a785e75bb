import { z } from "zod";

export const chartVersion = z
  .string()
  .regex(
    /^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/,
    "must be a full version of the chart such as 1.21.2; ranges are not reproducible",
  );

/** A version as people write it, and as the chart is tagged. */
export const plainVersion = (version: string): string => version.replace(/^v/, "");
export const chartTag = (version: string): string => `v${plainVersion(version)}`;

/** Minor versions of Kubernetes 1.x, first and last, that each release of cert-manager 1.x supports. */
interface Release {
  minor: number;
  kubernetes: readonly [number, number];
}

/** From https://cert-manager.io/docs/releases/ on 2026-11-25, with the old releases of the same page. */
export const releases: readonly Release[] = [
  { minor: 12, kubernetes: [22, 32] },
  { minor: 13, kubernetes: [21, 27] },
  { minor: 14, kubernetes: [24, 31] },
  { minor: 15, kubernetes: [25, 32] },
  { minor: 16, kubernetes: [25, 32] },
  { minor: 17, kubernetes: [29, 33] },
  { minor: 18, kubernetes: [29, 33] },
  { minor: 19, kubernetes: [31, 35] },
  { minor: 20, kubernetes: [32, 35] },
  { minor: 21, kubernetes: [33, 36] },
];

/** Releases that nobody should install, and why; from cert-manager's release notes. */
const badReleases: Readonly<Record<string, string>> = {
  "1.19.0": "issues certificates again without need; use 1.19.1 or newer",
};

/** Why a release must not be installed. */
export const badRelease = (version: string): string | undefined =>
  Object.hasOwn(badReleases, plainVersion(version)) ? badReleases[plainVersion(version)] : undefined;

/** The one release whose controller a Certificate with this renewal policy ends (cert-manager/cert-manager#9038). */
export const panicsOnDisabledRenewal = (version: string): boolean => plainVersion(version) === "1.21.0";

/** Fields of the API that not every release has, by the minor release of cert-manager 1.x that brought each. */
const fieldReleases = { "ClusterIssuer spec.acme.profile": 18, "Certificate spec.renewal": 21 } as const;

/** Why what draws on a field is lost on a release: the API server drops fields that it does not know without a word. */
export function missingField(version: string, field: keyof typeof fieldReleases): string | undefined {
  const { major, minor } = parseVersion(version);
  const first = fieldReleases[field];
  if (major > 1 || (major === 1 && minor >= first)) return undefined;
  return `needs the field ${field}, which cert-manager has from 1.${first}.0 on, and certManager.version is ${plainVersion(version)}; upgrade, or leave it out`;
}

interface Version {
  major: number;
  minor: number;
}

function parseVersion(version: string): Version {
  const [major, minor] = plainVersion(version).split(".").map(Number);
  return { major: major!, minor: minor! };
}

/**
 * Why cert-manager is not led from one version to another in one step. Its maintainers recommend one minor version at a time
 * (https://cert-manager.io/docs/installation/upgrade/). One step back is the way out of an upgrade that went wrong.
 */
export function stepProblem(from: string, to: string): string | undefined {
  const [before, after] = [parseVersion(from), parseVersion(to)];
  if (before.major !== after.major) return `leads from ${plainVersion(from)} to another major version`;
  const distance = after.minor - before.minor;
  if (Math.abs(distance) <= 1) return undefined;
  const direction = Math.sign(distance);
  const steps = Array.from({ length: Math.abs(distance) + 1 }, (_, step) => minorOf(before, step * direction));
  return `is more than one minor version away from ${plainVersion(from)}; go ${steps.join(" -> ")}: set version to the newest ${steps[1]}.x first`;
}

const minorOf = ({ major, minor }: Version, further: number): string => `${major}.${minor + further}`;

/** Why a release does not go with a cluster. What is newer than the table is not judged. */
export function kubernetesProblem(version: string, serverVersion: string): string | undefined {
  const { major, minor } = parseVersion(version);
  const release = major === 1 ? releases.find((one) => one.minor === minor) : undefined;
  const server = /^v?1\.(\d+)/.exec(serverVersion);
  if (!release || !server) return undefined;
  const [first, last] = release.kubernetes;
  const found = Number(server[1]);
  if (found >= first && found <= last) return undefined;
  const supporting = releases.filter(({ kubernetes }) => found >= kubernetes[0] && found <= kubernetes[1]);
  const others = supporting.map((one) => `1.${one.minor}`).join(", ");
  const advice = others ? `those for it are ${others}` : "none that is known here does";
  return `supports Kubernetes 1.${first} to 1.${last}, and this cluster runs ${serverVersion}; ${advice}`;
}
