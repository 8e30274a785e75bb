import type { Sound } from "../../schema/parse";
import { show, type Problem } from "../../schema/problems";
import { certManagerShape, type CertManagerArgs } from "../cert-manager";
import { builtIn, isBuiltIn } from "./domain";
import { problem, readable, type Scope } from "./scope";

/** cert-manager's own namespace is made only where it can be. */
export function installationProblems(
  { namespace, createNamespace }: Pick<CertManagerArgs, "namespace" | "createNamespace">,
  path: readonly string[],
  sound: Sound,
): Problem[] {
  if (!createNamespace || !isBuiltIn(namespace) || !sound([...path, "createNamespace"])) return [];
  return [problem([...path, "namespace"], builtIn(namespace))];
}

type Key = keyof typeof certManagerShape;

/** SDKs fill in defaults, so only another value than that tells that somebody wanted something. */
export function notInstalledProblems(args: CertManagerArgs): Problem[] {
  const keys = (Object.keys(certManagerShape) as Key[]).filter((key) => key !== "namespace");
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
