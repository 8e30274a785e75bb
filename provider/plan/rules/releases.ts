import type { AcmeArgs } from "../../issuers/acme";
import type { Problem } from "../../schema/problems";
import type { CertManagerArgs } from "../cert-manager";
import { missingField, panicsOnDisabledRenewal } from "../cert-manager-releases";
import { problem, readable, type Scope } from "./scope";

type Installed = Pick<CertManagerArgs, "allowUnsupportedVersion" | "version">;

/** What the release that is installed cannot do, or harms. */
export const releaseProblems = (installed: Installed, acme: AcmeArgs | undefined, scope: Scope): Problem[] =>
  scope.sound(["certManager", "version"])
    ? [...profileProblems(installed, acme, scope), ...renewalProblems(installed, scope)]
    : [];

function profileProblems({ version }: Installed, acme: AcmeArgs | undefined, { sound }: Scope): Problem[] {
  const reason = missingField(version, "ClusterIssuer spec.acme.profile");
  if (!acme || reason === undefined) return [];
  const issuers = Object.keys(acme.issuers ?? {}) as (keyof NonNullable<AcmeArgs["issuers"]>)[];
  const places = [
    ...(acme.profile === undefined ? [] : [["acme", "profile"]]),
    ...issuers.flatMap((one) => (acme.issuers?.[one]?.profile ? [["acme", "issuers", one, "profile"]] : [])),
  ];
  return places.filter((path) => sound(path)).map((path) => problem(path, reason));
}

function renewalProblems({ allowUnsupportedVersion, version }: Installed, scope: Scope): Problem[] {
  const reason = missingField(version, "Certificate spec.renewal");
  const panics = panicsOnDisabledRenewal(version) && !allowUnsupportedVersion;
  return readable(scope, ["certificateFrom", "renewal"]).flatMap(({ merged: { certificateFrom, renewal }, at }) => {
    if (!renewal || certificateFrom !== undefined) return [];
    if (reason !== undefined) return [problem(at("renewal"), reason)];
    if (!panics || renewal.policy !== "Disabled") return [];
    const fatal =
      'is "Disabled", at which cert-manager 1.21.0 stops, for all certificates of the cluster; set certManager.version to 1.21.1 or newer, or allowUnsupportedVersion: true';
    return [problem([...at("renewal"), "policy"], fatal)];
  });
}
