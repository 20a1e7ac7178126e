import type { BucketLevel } from '../../model/Limits.ts';

/**
 * The level of a model without known limits during a pause after a 429: an unlimited bucket that is paused for `ms`
 * milliseconds.
 */
export const restingLevel = (ms: number): BucketLevel => ({
  dimension: 'rpm',
  limit: Infinity,
  level: Infinity,
  rate: Infinity,
  foreign: 0,
  pausedFor: ms,
});
