import type { Cluster } from "../../kubernetes/client";
import { describe, kinds } from "../../kubernetes/kinds";
import type { SavedSecret } from "./secrets";

type Writer = Pick<Cluster, "get" | "create">;

/** What became of a Secret: made; there already, just so; there already with another value, which was kept. */
export type Result = "restored" | "unchanged" | "kept";

export interface Restored {
  /** Namespaces that were missing, and are made. */
  namespaces: string[];
  results: { secret: SavedSecret; result: Result }[];
}

/**
 * Makes what is missing, and never overwrites: a Secret with another value belongs to something that is at work on the cluster already,
 * and cert-manager would take a certificate that changes behind its back for a reason to order another.
 */
export async function restoreSecrets(cluster: Writer, secrets: readonly SavedSecret[]): Promise<Restored> {
  const namespaces: string[] = [];
  for (const name of new Set(secrets.map(({ metadata }) => metadata.namespace))) {
    if (await cluster.get(kinds.namespace, { name })) continue;
    await cluster.create(kinds.namespace, { metadata: { name } });
    namespaces.push(name);
  }
  const results: Restored["results"] = [];
  for (const secret of secrets) results.push({ secret, result: await restoreSecret(cluster, secret) });
  return { namespaces, results };
}

async function restoreSecret(cluster: Writer, secret: SavedSecret): Promise<Result> {
  const { metadata, type, data } = secret;
  const existing = await cluster.get(kinds.secret, metadata);
  if (existing) return isSame(existing.data, data) ? "unchanged" : "kept";
  const { name, namespace, labels = {}, annotations = {} } = metadata;
  await cluster.create(kinds.secret, { metadata: { name, namespace, labels, annotations }, type, data });
  return "restored";
}

function isSame(stored: unknown, data: Record<string, string>): boolean {
  const existing = (stored ?? {}) as Record<string, string>;
  const keys = new Set([...Object.keys(existing), ...Object.keys(data)]);
  return [...keys].every((key) => existing[key] === data[key]);
}

/** What to do about Secrets that were kept. */
export const keptAdvice = (kept: readonly SavedSecret[]): string =>
  `kept as they are, with another value than the backup's: ${kept.map(({ metadata }) => describe(kinds.secret, metadata)).join(", ")}. ` +
  "To have the backup's, delete them and restore again, before the Certificate or the issuer that names them exists.";
