import { DIMENSION_NAMES, DIMENSIONS } from '../../src/model/Dimension.ts';
import type { Limits } from '../../src/model/Limits.ts';

/** What somebody takes out of the buckets at a moment. */
export interface Demand {
  /** From when on it can be taken, in milliseconds. */
  readonly at: number;
  readonly requests: number;
  readonly tokens: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * The earliest moment at which the last of some demands can be let in, whoever decides and whatever they know: at no
 * time is there more in a bucket than it holds when full, and what comes later has to flow in.
 *
 * @param levels What is in the buckets at first, where they are not full.
 * @return Milliseconds.
 */
export function offlineBound(demands: readonly Demand[], limits: Limits, levels: Limits = {}): number {
  const sorted = demands.toSorted((a, b) => b.at - a.at);
  let bound = sorted[0]?.at ?? 0;
  for (const dimension of DIMENSION_NAMES) {
    const limit = limits[dimension];
    const { unit, window } = DIMENSIONS[dimension];
    if (limit === undefined || unit === 'audioSeconds') continue;
    let sum = 0;
    for (const demand of sorted) {
      sum += demand[unit];
      const held = Math.min(limit, (levels[dimension] ?? limit) + (limit * demand.at) / window);
      bound = Math.max(bound, demand.at + ((sum - held) * window) / limit);
    }
  }
  return bound;
}
