import type { Cost } from '../model/Cost.ts';
import { DIMENSIONS } from '../model/Dimension.ts';
import type { BucketLevel } from '../model/Limits.ts';

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
    levels.forEach(({ dimension, level, rate, pausedFor }, i) => {
      const units = cost[DIMENSIONS[dimension].unit];
      if (units === 0) return;
      const total = (paid[i] ?? 0) + units;
      paid[i] = total;
      earliest = Math.max(earliest, (total - level) / rate, pausedFor);
    });
    return Math.ceil(earliest - ROUNDING);
  });
}
