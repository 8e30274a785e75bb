import { type BuildContext, ensureGroup } from "./build";
import { ensureCharts, ensureGatewayCrds } from "./charts";
import { binFolder, prune } from "./store";
import { traefikTools, worldTools } from "./tools";

/** All that worlds are made of, by path; a world keeps them on record, so that it can be used without looking again. */
export interface WorldParts {
  bin: string;
  /** Each program under the key of its own build: the path changes when, and only when, the program does. */
  programs: Record<string, string>;
  charts: string;
  gatewayCrds: string;
}

export async function ensureWorldParts(context: BuildContext): Promise<WorldParts> {
  const links = [...(await ensureGroup(worldTools, context)), ...(await ensureGroup(traefikTools, context))];
  const bin = await binFolder(links);
  const [charts, gatewayCrds] = [await ensureCharts(bin, context), await ensureGatewayCrds(context)];
  prune();
  return { bin, programs: Object.fromEntries(links.map(({ name, target }) => [name, target])), charts, gatewayCrds };
}
