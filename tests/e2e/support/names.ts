/** Stories that take more than one world, and how their further worlds are called. */
const furtherWorlds: Record<string, readonly string[]> = { "multi-cluster": ["b"], "preview-truth": ["b"] };

/** The worlds of a story, its main one first: the story makes them, and an interrupted run ends them. */
export const worldsOf = (story: string): [string, ...string[]] => [
  `e2e-${story}`,
  ...(furtherWorlds[story] ?? []).map((further) => `e2e-${story}-${further}`),
];
