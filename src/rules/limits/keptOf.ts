import type { BucketLevel } from '../../model/Limits.ts';
import type { Pacing } from '../../model/Priority.ts';
import type { Bucket } from './Bucket.ts';

const DAY = 86_400_000;

/** The units of a daily bucket that each priority leaves to more urgent requests, if days are paced. */
export function keptOf({ limit, window }: Bucket, pacing: Pacing | undefined): BucketLevel['kept'] {
  if (pacing === undefined || window !== DAY) return undefined;
  const { high, normal, low, background } = pacing;
  return { high: limit * high, normal: limit * normal, low: limit * low, background: limit * background };
}
