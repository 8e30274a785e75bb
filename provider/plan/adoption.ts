import type { CertManagerArgs } from "./cert-manager";
import { panicsOnDisabledRenewal, plainVersion } from "./cert-manager-releases";

/** The version of the release, which an adoption leaves as it is. */
export function adoptedVersion(
  { adopt, version }: Pick<CertManagerArgs, "adopt" | "version">,
  installed: string,
): string {
  if (adopt !== "release" || plainVersion(installed) === plainVersion(version)) return installed;
  throw new Error(
    `version: "${version}" is not the version of the release that is adopted, ${plainVersion(installed)}; set it to that, and upgrade once adopt is left out again`,
  );
}

/** What is right and yet worth telling, of an installation. */
export function certManagerWarnings({ purge, version }: Pick<CertManagerArgs, "purge" | "version">): string[] {
  return [
    ...(purge
      ? [
          "purge: a destroy from now on deletes cert-manager's CRDs, and with them every Issuer and Certificate of the cluster, those of others too",
        ]
      : []),
    ...(panicsOnDisabledRenewal(version)
      ? [
          "version: 1.21.0 stops where any Certificate of the cluster says spec.renewal.policy: Disabled; use 1.21.1 or newer",
        ]
      : []),
  ];
}
