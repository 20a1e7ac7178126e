import type { Cost } from '../../model/Cost.ts';
import { DIMENSIONS } from '../../model/Dimension.ts';
import type { BucketLevel } from '../../model/Limits.ts';

/** What dividing levels loses, in milliseconds, and what shall not add one more. */
const ROUNDING = 1e-6;

/**
 * Predicts in how many milliseconds each of some waiting requests starts, when they start in this order and nothing
 * comes back: the buckets flow at a steady rate, so that follows from what those before have to pay.
 *
 * @param costs Of the requests, in the order in which they start.
 */
export function forecast(levels: readonly BucketLevel[], costs: readonly Cost[]): number[] {
  const paid = levels.map(() => 0);
  let earliest = ROUNDING;
  return costs.map((cost) => {
    levels.forEach(({ dimension, limit, level, rate, held = 0, pausedFor }, i) => {
      const units = cost[DIMENSIONS[dimension].unit];
      if (units === 0) return;
      const before = paid[i] ?? 0;
      paid[i] = before + units;
      // A full bucket is enough for anything that fits into it.
      const needed = before + Math.min(units + held, limit);
      earliest = Math.max(earliest, (needed - level) / rate, pausedFor);
    });
    return Math.ceil(earliest - ROUNDING);
  });
}
