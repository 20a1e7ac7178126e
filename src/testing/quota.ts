import { type Observable, of, type SchedulerLike, Subject } from 'rxjs';
import type { Cost } from '../model/Cost.ts';
import type { Dimension } from '../model/Dimension.ts';
import type { Outcome, Reservation, Verdict } from '../model/Grant.ts';
import type { BucketLevel, LimitKey } from '../model/Limits.ts';
import type { LimitChange, LimitStore } from '../ports/LimitStore.ts';

/** What a {@link quota} counts, and by whose clock. */
export interface QuotaConfig {
  readonly scheduler: SchedulerLike;
  /**
   * What is counted.
   *
   * @default 'requests'
   */
  readonly unit?: keyof Cost | undefined;
}

/** A store of one bucket, with what a test wants to know of it. */
export interface Quota extends LimitStore {
  /** The reservations that were granted and not settled, by id. */
  readonly open: ReadonlyMap<string, Reservation>;
  /** What was said of each reservation when it was settled, in order. */
  readonly settled: readonly (readonly [id: string, outcome: Outcome])[];
}

const DIMENSION: Readonly<Record<keyof Cost, Dimension>> = {
  requests: 'rpm',
  tokens: 'tpm',
  inputTokens: 'itpm',
  outputTokens: 'otpm',
  audioSeconds: 'ash',
};

/**
 * Makes a limit store for tests that has one bucket for each key: so much, given back evenly in so many milliseconds.
 *
 * ```ts
 * const store = quota(2, 8, { scheduler: testScheduler }); // two at once, then one every four frames
 * ```
 *
 * @param capacity What the bucket holds when full, in its unit.
 * @param window In which time it refills, in milliseconds.
 */
export function quota(capacity: number, window: number, { scheduler, unit = 'requests' }: QuotaConfig): Quota {
  const dimension = DIMENSION[unit];
  const rate = capacity / window;
  const open = new Map<string, Reservation>();
  const settled: [string, Outcome][] = [];
  const changes = new Subject<LimitChange>();
  const buckets = new Map<LimitKey, { level: number; at: number; pausedUntil: number }>();

  const bucketOf = (key: LimitKey) => {
    const now = scheduler.now();
    // The level is in units × window, so that each frame adds a whole number.
    const bucket = buckets.get(key) ?? { level: capacity * window, at: now, pausedUntil: now };
    bucket.level = Math.min(bucket.level + capacity * (now - bucket.at), capacity * window);
    bucket.at = now;
    buckets.set(key, bucket);
    return bucket;
  };

  return {
    open,
    settled,
    reserve(reservation): Verdict {
      if (open.has(reservation.id)) return { type: 'granted' };
      const bucket = bucketOf(reservation.key);
      const cost = reservation.cost[unit];
      if (cost > capacity) return { type: 'never', dimension, cost, limit: capacity };
      const missing = (cost * window - bucket.level) / capacity;
      const ms = Math.ceil(Math.max(missing, bucket.pausedUntil - bucket.at));
      if (ms > 0) return { type: 'wait', ms, dimension, rate };
      bucket.level -= cost * window;
      open.set(reservation.id, reservation);
      return { type: 'granted' };
    },
    settle({ key, id, cost }, outcome): undefined {
      settled.push([id, outcome]);
      if (!open.delete(id)) return;
      const bucket = bucketOf(key);
      const back =
        outcome.type === 'used' ? cost[unit] - outcome.cost[unit] : outcome.type === 'unknown' ? 0 : cost[unit];
      bucket.level += back * window;
      if (outcome.type === 'rejected') bucket.pausedUntil = bucket.at + (outcome.ms ?? 0);
      changes.next('level');
    },
    learn: () => undefined,
    changes: (): Observable<LimitChange> => changes.asObservable(),
    levels: (key): Observable<readonly BucketLevel[]> => {
      const { level, at, pausedUntil } = bucketOf(key);
      return of([
        {
          dimension,
          limit: capacity,
          level: level / window,
          rate,
          foreign: 0,
          pausedFor: Math.max(0, pausedUntil - at),
        },
      ]);
    },
  };
}
