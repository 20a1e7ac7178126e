import { type Observable, of, type SchedulerLike, Subject } from 'rxjs';
import * as z from 'zod';
import type { Cost } from '../model/Cost.ts';
import { DIMENSION_NAMES, DIMENSIONS, type Dimension } from '../model/Dimension.ts';
import type { BucketLevel, LimitKey } from '../model/Limits.ts';
import type { Outcome } from '../model/Outcome.ts';
import type { Reservation } from '../model/Reservation.ts';
import type { Verdict } from '../model/Verdict.ts';
import type { LimitChange, LimitStore } from '../ports/LimitStore.ts';
import { RefusalPause } from '../rules/limits/RefusalPause.ts';
import { checked } from '../rules/request/validation.ts';
import { type Allowance, parseQuota } from './quotaText.ts';

/** Options of {@link quota}. */
export interface QuotaConfig {
  readonly scheduler: SchedulerLike;
  /**
   * What is counted, if the quota is given as numbers.
   *
   * @default 'requests'
   */
  readonly unit?: keyof Cost | undefined;
}

/** A store of a few buckets, with information for tests. */
export interface Quota extends LimitStore {
  /** The reservations that are granted and not settled, by id. */
  readonly open: ReadonlyMap<string, Reservation>;
  /** The outcomes of the settled reservations, in order. */
  readonly settled: readonly (readonly [id: string, outcome: Outcome])[];
}

/** One bucket. Its level is in units × milliseconds of the window, so each millisecond adds a whole number. */
interface QuotaBucket {
  readonly allowance: Allowance;
  readonly dimension: Dimension;
  level: number;
  at: number;
  pausedUntil: number;
  readonly pause: RefusalPause;
}

/**
 * Creates a limit store for tests: a few buckets for each model, which are full at first, refill evenly and ignore
 * headers. The waits of a client with this store can be calculated by hand, to the millisecond.
 *
 * ```ts
 * import { createGroq } from 'rxgroq';
 * import { fakeTransport, quota, virtualClock, wordCounter } from 'rxgroq/testing';
 *
 * const scheduler = virtualClock();
 * const store = quota('2/min, 500 tokens/10s', { scheduler });
 * const transport = fakeTransport({ hi: 'Hello!' });
 * const groq = createGroq({ store, scheduler, transport, counter: wordCounter() });
 * ```
 *
 * @param text One or more parts. Each is a number, which may end in `k` or `M`; what is counted (`requests`, which may
 * be left out, `tokens`, `input tokens`, `output tokens` or `audio seconds`); and the time in which that refills.
 * @throws {ValidationError} when it is anything else.
 */
export function quota(text: string, config: QuotaConfig): Quota;
/**
 * Creates a store with a single bucket.
 *
 * @param capacity The size of the bucket, in its unit.
 * @param window The time in which it refills, in milliseconds.
 * @throws {ValidationError} when either is not a number above 0.
 */
export function quota(capacity: number, window: number, config: QuotaConfig): Quota;
export function quota(amount: string | number, ...rest: [QuotaConfig] | [number, QuotaConfig]): Quota {
  const [window, config] = rest.length === 1 ? [0, rest[0]] : rest;
  const { scheduler, unit = 'requests' } = config;
  const allowances =
    typeof amount === 'string' ? parseQuota(amount) : [checkAllowance({ unit, capacity: amount, window })];
  return quotaStore(allowances, scheduler);
}

const schema = z.strictObject({ unit: z.string(), capacity: z.number().positive(), window: z.number().positive() });

const checkAllowance = (allowance: Allowance): Allowance =>
  checked(schema as z.ZodType<Allowance>, allowance, 'The quota', 'Correct it.');

function quotaStore(allowances: readonly Allowance[], scheduler: SchedulerLike): Quota {
  const open = new Map<string, Reservation>();
  const settled: [string, Outcome][] = [];
  const changes = new Subject<LimitChange>();
  const books = new Map<LimitKey, readonly QuotaBucket[]>();

  /** The current buckets of a key. */
  const bucketsOf = (key: LimitKey): readonly QuotaBucket[] => {
    const now = scheduler.now();
    const buckets = books.get(key) ?? allowances.map((allowance) => full(allowance, now));
    books.set(key, buckets);
    for (const bucket of buckets) {
      const { capacity, window } = bucket.allowance;
      bucket.level = Math.min(bucket.level + capacity * (now - bucket.at), capacity * window);
      bucket.at = now;
    }
    return buckets;
  };

  const verdictOn = ({ key, cost }: Reservation): Verdict => {
    let verdict: Verdict = { type: 'granted' };
    let longest = 0;
    for (const { allowance, dimension, level, at, pausedUntil } of bucketsOf(key)) {
      const { unit, capacity, window } = allowance;
      if (cost[unit] > capacity) return { type: 'never', dimension, cost: cost[unit], limit: capacity };
      const missing = (cost[unit] * window - level) / capacity;
      const ms = Math.ceil(Math.max(missing, pausedUntil - at));
      if (ms <= longest) continue;
      longest = ms;
      verdict = { type: 'wait', ms, dimension, rate: capacity / window };
    }
    return verdict;
  };

  return {
    open,
    settled,
    reserve(reservation): Verdict {
      const { key, id, cost } = reservation;
      if (open.has(id)) return { type: 'granted' };
      const verdict = verdictOn(reservation);
      if (verdict.type !== 'granted') return verdict;
      for (const bucket of bucketsOf(key)) bucket.level -= cost[bucket.allowance.unit] * bucket.allowance.window;
      open.set(id, reservation);
      return verdict;
    },
    settle({ key, id, cost }, outcome): undefined {
      settled.push([id, outcome]);
      if (!open.delete(id)) return;
      for (const bucket of bucketsOf(key)) {
        const { unit, window } = bucket.allowance;
        const back =
          outcome.type === 'used' ? cost[unit] - outcome.cost[unit] : outcome.type === 'unknown' ? 0 : cost[unit];
        bucket.level += back * window;
        if (outcome.type === 'rejected') bucket.pausedUntil = bucket.at + bucket.pause.refused(outcome.ms, bucket.at);
        else if (outcome.type === 'used') bucket.pause.answered();
      }
      changes.next('level');
    },
    changes: (): Observable<LimitChange> => changes.asObservable(),
    levels: (key): Observable<readonly BucketLevel[]> =>
      of(
        bucketsOf(key).map(({ allowance: { capacity, window }, dimension, level, at, pausedUntil }) => ({
          dimension,
          limit: capacity,
          level: level / window,
          rate: capacity / window,
          foreign: 0,
          pausedFor: Math.max(0, pausedUntil - at),
        })),
      ),
  };
}

const full = (allowance: Allowance, now: number): QuotaBucket => ({
  allowance,
  dimension: nearest(allowance),
  level: allowance.capacity * allowance.window,
  at: now,
  pausedUntil: now,
  pause: new RefusalPause(),
});

/** The dimension that a bucket is reported as: tests may use windows that Groq does not have. */
const nearest = ({ unit, window }: Allowance): Dimension => {
  const [first = 'rpm', ...others] = DIMENSION_NAMES.filter((name) => DIMENSIONS[name].unit === unit);
  const off = (name: Dimension): number => Math.abs(Math.log(window / DIMENSIONS[name].window));
  return others.reduce((best, name) => (off(name) < off(best) ? name : best), first);
};
