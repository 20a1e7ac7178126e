import type { Cost } from './Cost.ts';
import type { LimitKey } from './Limits.ts';
import type { Priority } from './Priority.ts';

/**
 * The charge that is taken from the buckets for one attempt. The caller chooses the id, so that repeating the call
 * reserves only once.
 */
export interface Reservation {
  readonly key: LimitKey;
  readonly id: string;
  readonly cost: Cost;
  /** How urgent it is, for stores that hold back a part of the daily limits for more urgent requests. */
  readonly priority?: Priority | undefined;
}
