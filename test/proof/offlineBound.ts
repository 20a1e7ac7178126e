import { DIMENSION_NAMES, DIMENSIONS } from '../../src/model/Dimension.ts';
import type { Limits } from '../../src/model/Limits.ts';

/** The units that a request takes from the buckets. */
export interface Demand {
  /** The earliest time, in milliseconds. */
  readonly at: number;
  readonly requests: number;
  readonly tokens: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * The earliest time at which the last of some demands can be admitted by any schedule, even with complete knowledge: a
 * bucket never holds more than its limit, and everything else has to flow in.
 *
 * @param levels The initial levels of buckets that are not full.
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
