import type { Sound } from "../../schema/parse";
import { show, type Problem } from "../../schema/problems";
import { certManagerShape, type CertManagerArgs } from "../cert-manager";
import { badRelease } from "../cert-manager-releases";
import { builtIn, isBuiltIn } from "./domain";
import { problem, readable, type Scope } from "./scope";

/** What decides on an installation. */
export type InstallationArgs = Pick<
  CertManagerArgs,
  "adopt" | "allowUnsupportedVersion" | "createNamespace" | "namespace" | "version"
>;

export const installationProblems = (args: InstallationArgs, path: readonly string[], sound: Sound): Problem[] => [
  ...ownNamespaceProblems(args, path, sound),
  ...versionProblems(args, path, sound),
];

/** cert-manager's own namespace is made only where it can be. */
function ownNamespaceProblems(
  { adopt, namespace, createNamespace }: InstallationArgs,
  path: readonly string[],
  sound: Sound,
): Problem[] {
  if (!createNamespace || !sound([...path, "createNamespace"])) return [];
  if (isBuiltIn(namespace)) return [problem([...path, "namespace"], builtIn(namespace))];
  if (adopt === undefined || !sound([...path, "adopt"])) return [];
  const reason =
    "must be false with adopt, and stay so: the namespace of what is adopted exists, and a destroy would delete it with all that is in it";
  return [problem([...path, "createNamespace"], reason)];
}

function versionProblems(
  { allowUnsupportedVersion, version }: InstallationArgs,
  path: readonly string[],
  sound: Sound,
): Problem[] {
  const at = [...path, "version"];
  if (!sound(at) || allowUnsupportedVersion) return [];
  const reason = badRelease(version);
  return reason === undefined ? [] : [problem(at, `${show(version)} ${reason}, or set allowUnsupportedVersion: true`)];
}

type Key = keyof typeof certManagerShape;

/** What matters of a cert-manager that others run. */
const readOfRunning: readonly Key[] = ["namespace", "allowUnsupportedVersion"];

/** SDKs fill in defaults, so only another value than that tells that somebody wanted something. */
export function notInstalledProblems(args: CertManagerArgs): Problem[] {
  const keys = (Object.keys(certManagerShape) as Key[]).filter((key) => !readOfRunning.includes(key));
  return keys
    .filter((key) => args[key] !== undefined && args[key] !== defaults[key])
    .map((key) => problem(["certManager", key], "has no effect with install: false; leave one of them out"));
}

const defaults: Partial<CertManagerArgs> = Object.fromEntries(
  Object.entries(certManagerShape).map(([key, schema]) => [key, schema.safeParse(undefined).data]),
);

/** A namespace is made in one place. */
export function namespaceProblems({ install, createNamespace, namespace }: CertManagerArgs, scope: Scope): Problem[] {
  if (!install || !createNamespace) return [];
  return readable(scope, ["createNamespace", "namespace"]).flatMap(({ merged, at }) => {
    if (!merged.createNamespace || merged.namespace !== namespace) return [];
    const reason = "is cert-manager's namespace, which is made already; leave out createNamespace";
    return [problem(at("createNamespace"), `${show(namespace)} ${reason}`)];
  });
}
