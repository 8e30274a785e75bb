import type { Problem } from "../../schema/problems";
import { problem, readable, type Scope } from "./scope";

const reason =
  "needs kubeconfig, by which certfleet itself reaches the cluster; set kubeconfig (or certfleet:kubeconfig), or leave it out";

/** What certfleet does in the cluster by itself takes a way into it. */
export function accessProblems(kubeconfig: unknown, scope: Scope): Problem[] {
  if (kubeconfig !== undefined) return [];
  return readable(scope, ["renew", "deleteSecret"]).flatMap(({ merged, at }) => [
    ...(merged.renew === undefined ? [] : [problem(at("renew"), reason)]),
    ...(merged.deleteSecret ? [problem(at("deleteSecret"), reason)] : []),
  ]);
}
