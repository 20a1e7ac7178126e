import type { Observable, SchedulerLike } from 'rxjs';
import { memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import type { Cost } from '../../src/model/Cost.ts';
import type { LimitHeaders } from '../../src/model/LimitHeaders.ts';
import type { BucketLevel, LimitKey, Limits } from '../../src/model/Limits.ts';
import type { Outcome } from '../../src/model/Outcome.ts';
import type { Reservation } from '../../src/model/Reservation.ts';
import type { Verdict } from '../../src/model/Verdict.ts';
import type { LimitChange, LimitStore } from '../../src/ports/LimitStore.ts';

/** Enough for every test, with an inflow that is negligible during one. */
const LIMITS: Limits = { rpd: 1_000_000, tpd: 100_000_000 };

const DAY = 86_400_000;

/** The default store of a client, with a record of all calls. */
export class Ledger implements LimitStore {
  /** Reservations that were granted and not settled. */
  readonly open = new Set<Reservation>();
  /** The outcome of each reservation, in order. A reservation that is settled twice appears twice. */
  readonly settled: { readonly reservation: Reservation; readonly outcome: Outcome }[] = [];
  /** Reservations reported as sent, in order. */
  readonly sentOut: Reservation[] = [];
  readonly #store: LimitStore;
  readonly #clock: SchedulerLike;
  readonly #limits: Limits;

  constructor(scheduler: SchedulerLike, limits: Limits = LIMITS) {
    this.#clock = scheduler;
    this.#limits = limits;
    this.#store = memoryLimitStore({ limits, scheduler });
  }

  /** The types of the outcomes, in order. */
  get outcomes(): readonly Outcome['type'][] {
    return this.settled.map(({ outcome }) => outcome.type);
  }

  reserve(reservation: Reservation): Verdict {
    const verdict = this.#store.reserve(reservation) as Verdict;
    if (verdict.type === 'granted') this.open.add(reservation);
    return verdict;
  }

  sent(reservation: Reservation): undefined {
    this.sentOut.push(reservation);
    void this.#store.sent?.(reservation);
  }

  settle(reservation: Reservation, outcome: Outcome): undefined {
    this.settled.push({ reservation, outcome });
    this.open.delete(reservation);
    void this.#store.settle(reservation, outcome);
  }

  learn(reservation: Reservation, headers: LimitHeaders): undefined {
    void this.#store.learn?.(reservation, headers);
  }

  changes(key: LimitKey): Observable<LimitChange> {
    return this.#store.changes(key) as Observable<LimitChange>;
  }

  levels(key: LimitKey): Observable<readonly BucketLevel[]> {
    return this.#store.levels(key) as Observable<readonly BucketLevel[]>;
  }

  /** The current buckets of a key. */
  levelsNow(key: LimitKey): readonly BucketLevel[] {
    let now: readonly BucketLevel[] = [];
    this.levels(key)
      .subscribe((levels) => {
        now = levels;
      })
      .unsubscribe();
    return now;
  }

  /**
   * The buckets whose level is impossible after the settlements: lower than if all reservations had been kept, or
   * higher than if all possible refunds had been given.
   */
  imbalances(key: LimitKey): readonly string[] {
    const mine = this.settled.filter(({ reservation }) => reservation.key === key);
    const sum = (unit: 'requests' | 'tokens', kept: typeof mostKept): number =>
      mine.reduce((total, { reservation, outcome }) => total + kept(reservation.cost, outcome, unit), 0);
    return this.levelsNow(key).flatMap(({ dimension, level, limit: shown }) => {
      const unit = dimension === 'rpd' ? 'requests' : 'tokens';
      const limit = this.#limits[dimension] ?? shown;
      const flowed = (limit * this.#clock.now()) / DAY;
      const [low, high] = [limit - sum(unit, mostKept), Math.min(limit, limit - sum(unit, leastKept) + flowed)];
      const isBalanced = level >= low - 1e-6 && level <= high + 1e-6;
      return isBalanced ? [] : [`${dimension} holds ${level} and not ${low} to ${high}`];
    });
  }
}

/** The least that a settlement takes: known usage, and everything in doubt. */
function leastKept(cost: Cost, outcome: Outcome, unit: 'requests' | 'tokens'): number {
  switch (outcome.type) {
    case 'used':
      return outcome.cost[unit];
    case 'unsent':
      return 0;
    case 'rejected':
      return unit === 'requests' ? cost[unit] : 0;
    case 'unknown':
      return cost[unit];
  }
}

/** The most that it takes, if the server is assumed to keep unused units. */
const mostKept = (cost: Cost, outcome: Outcome, unit: 'requests' | 'tokens'): number =>
  outcome.type === 'used' ? Math.max(cost[unit], outcome.cost[unit]) : leastKept(cost, outcome, unit);
