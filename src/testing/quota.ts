import { type Observable, of, type SchedulerLike, Subject } from 'rxjs';
import type { Cost } from '../model/Cost.ts';
import type { Dimension } from '../model/Dimension.ts';
import type { Outcome, Reservation, Verdict } from '../model/Grant.ts';
import type { BucketLevel } from '../model/Limits.ts';
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
 * Makes a limit store of a single bucket, for tests: so much, given back evenly in so many milliseconds.
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
  const open = new Map<string, Reservation>();
  const settled: [string, Outcome][] = [];
  const changes = new Subject<LimitChange>();
  // In units × window, so that each frame adds a whole number.
  let level = capacity * window;
  let at = scheduler.now();

  const refill = (): void => {
    const now = scheduler.now();
    level = Math.min(level + capacity * (now - at), capacity * window);
    at = now;
  };

  return {
    open,
    settled,
    reserve(reservation): Verdict {
      if (open.has(reservation.id)) return { type: 'granted' };
      refill();
      const cost = reservation.cost[unit];
      if (cost > capacity) return { type: 'never', dimension, cost, limit: capacity };
      const missing = cost * window - level;
      if (missing > 0) {
        return { type: 'wait', ms: Math.ceil(missing / capacity), dimension, rate: capacity / window };
      }
      level -= cost * window;
      open.set(reservation.id, reservation);
      return { type: 'granted' };
    },
    settle({ id, cost }, outcome): undefined {
      settled.push([id, outcome]);
      if (!open.delete(id)) return;
      refill();
      if (outcome.type === 'unsent') level += cost[unit] * window;
      if (outcome.type === 'used') level += (cost[unit] - outcome.cost[unit]) * window;
      changes.next('level');
    },
    learn: () => undefined,
    changes: (): Observable<LimitChange> => changes.asObservable(),
    levels: (): Observable<readonly BucketLevel[]> => {
      refill();
      const rate = capacity / window;
      return of([{ dimension, limit: capacity, level: level / window, rate, pausedFor: 0 }]);
    },
  };
}
