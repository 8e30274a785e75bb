/** Two measurements taken one right after the other, so that what else the machine does falls on both. */
export interface Pair {
  ours: number;
  theirs: number;
}

export interface Measured {
  value: number;
  min: number;
  max: number;
  rounds: number;
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error("median: needs at least one value");
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[upper]! : (sorted[upper - 1]! + sorted[upper]!) / 2;
}

/** Ratios are taken pair by pair, never of two medians: only within a pair was the machine the same. */
export const ratios = (pairs: readonly Pair[]): number[] => pairs.map(({ ours, theirs }) => ours / theirs);

interface Cost {
  size: number;
  cost: number;
}

/** The exponent p of cost ~ size^p between two sizes: the slope of the line through them on logarithmic scales. */
export const growthExponent = (small: Cost, large: Cost): number =>
  Math.log(large.cost / small.cost) / Math.log(large.size / small.size);

export function summarize(values: readonly number[]): Measured {
  return { value: median(values), min: Math.min(...values), max: Math.max(...values), rounds: values.length };
}
