import type { BucketLevel } from '../../model/Limits.ts';

/**
 * How a model stands of which no limit is known, while it rests after a 429: a bucket that holds everything, and only
 * has to be left alone for so many milliseconds.
 */
export const restingLevel = (ms: number): BucketLevel => ({
  dimension: 'rpm',
  limit: Infinity,
  level: Infinity,
  rate: Infinity,
  foreign: 0,
  pausedFor: ms,
});
