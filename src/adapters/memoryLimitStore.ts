import { type Observable, of, type SchedulerLike, Subject } from 'rxjs';
import * as z from 'zod';
import type { LimitHeaders } from '../model/LimitHeaders.ts';
import type { BucketLevel, LimitKey, Limits } from '../model/Limits.ts';
import type { Outcome } from '../model/Outcome.ts';
import type { Pacing } from '../model/Priority.ts';
import type { Reservation } from '../model/Reservation.ts';
import type { Verdict } from '../model/Verdict.ts';
import { systemClock } from '../ports/clock.ts';
import type { LimitChange, LimitStore } from '../ports/LimitStore.ts';
import { LruMap } from '../rules/LruMap.ts';
import { LimitMirror } from '../rules/limits/LimitMirror.ts';
import { func, limitsSchema, ms, pacingSchema, schedulerSchema } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';

/** Options of {@link memoryLimitStore}. */
export interface MemoryLimitStoreConfig {
  /** The limits, for every key or by key. Unknown limits are learned from the first answer. */
  readonly limits?: Limits | ((key: LimitKey) => Limits) | undefined;
  /** Limits that are kept even if the server allows more. */
  readonly ceilings?: Limits | ((key: LimitKey) => Limits) | undefined;
  /**
   * The limits of the existing plans. Answers report only some limits: if two of those match a plan, the others are
   * taken from that plan, unless `ceilings` has them.
   *
   * @default none
   */
  readonly plans?: readonly Limits[] | ((key: LimitKey) => readonly Limits[]) | undefined;
  /**
   * Safety margin per bucket, as milliseconds of refill, to absorb clock differences.
   *
   * @default 0
   */
  readonly margin?: number | undefined;
  /**
   * Whether the server gives back the unused part of the charge for a completion (`refund`), or keeps it (`keep`).
   *
   * @default 'refund', until the answers show otherwise
   */
  readonly chargeModel?: 'refund' | 'keep' | undefined;
  /**
   * The fraction of each daily limit that a priority leaves to more urgent requests, from 0 to 1, so that bulk work
   * cannot use up the day's quota.
   *
   * @default nothing
   */
  readonly pacing?: Pacing | undefined;
  /**
   * How long the other requests of a key wait for the answer to its first request, in milliseconds: other processes may
   * have used the account, and only an answer reports the real levels. 0 means that the buckets are known to be full.
   *
   * @default 0
   */
  readonly probe?: number | undefined;
  /**
   * The scheduler whose clock is used, in milliseconds.
   *
   * @default the system's monotonic clock and timers. Within `TestScheduler.run`, pass that `TestScheduler`:
   * virtual time does not reach this default.
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Creates a limit store that keeps the levels of the buckets in this process.
 *
 * It is synchronous, so the order of a burst is kept. Clients with the same store share its buckets:
 *
 * ```ts
 * import { createGroq } from 'rxgroq';
 * import { memoryLimitStore } from 'rxgroq/operators';
 *
 * const store = memoryLimitStore({ limits: { rpm: 30, tpm: 8_000 }, margin: 300, probe: 5_000 });
 * const support = createGroq({ store, budget: { usd: 5 } });
 * const search = createGroq({ store, budget: { usd: 20 } });
 * ```
 *
 * Priorities and turns apply among the requests of one client: those of another one may go first, even all that wait
 * there. So make bulk and urgent requests with the same client.
 *
 * @throws {ValidationError} when the config, or a value that one of its functions returns, is invalid.
 */
export function memoryLimitStore(config: MemoryLimitStoreConfig = {}): MemoryLimitStore {
  checked(schema, config, 'The config of memoryLimitStore', 'Correct it: no store was made.');
  return new MirrorStore(config);
}

const limits = z.union([func, limitsSchema]).optional();

const plansSchema = z.array(limitsSchema);

const schema = z.strictObject({
  limits,
  ceilings: limits,
  plans: z.union([func, plansSchema]).optional(),
  margin: ms,
  chargeModel: z.enum(['refund', 'keep']).optional(),
  pacing: pacingSchema.optional(),
  probe: ms,
  scheduler: schedulerSchema,
});

/** A limit store whose limits can be changed while it is in use. */
export interface MemoryLimitStore extends LimitStore {
  readonly learn: NonNullable<LimitStore['learn']>;
  /**
   * Sets limits of a key from now on, as far as the server allows them. Waiting requests that no longer fit are
   * refused.
   *
   * @throws {ValidationError} when a limit is invalid.
   */
  setLimits(key: LimitKey, limits: Limits): void;
}

/** The state of one key. */
interface Book {
  readonly mirror: LimitMirror;
  readonly changes: Subject<LimitChange>;
  /** Whether its limits were set at run time and are not known otherwise. */
  isOwn: boolean;
}

/**
 * How many unused books are kept: far more than there are models. Callers choose the names of models, so there must be
 * a bound.
 */
const MAX_IDLE_BOOKS = 1_000;

class MirrorStore implements MemoryLimitStore {
  readonly #config: MemoryLimitStoreConfig;
  readonly #scheduler: SchedulerLike;
  readonly #books = new LruMap<LimitKey, Book>(
    MAX_IDLE_BOOKS,
    ({ mirror, changes, isOwn }) => !isOwn && !changes.observed && mirror.isIdle(this.#now),
  );

  constructor(config: MemoryLimitStoreConfig) {
    this.#config = config;
    this.#scheduler = config.scheduler ?? systemClock;
  }

  reserve(reservation: Reservation): Verdict {
    return this.#bookOf(reservation.key).mirror.reserve(reservation, this.#now);
  }

  sent(reservation: Reservation): undefined {
    this.#bookOf(reservation.key).mirror.sent(reservation, this.#now);
  }

  settle(reservation: Reservation, outcome: Outcome): undefined {
    const book = this.#bookOf(reservation.key);
    const { revision } = book.mirror;
    if (book.mirror.settle(reservation, outcome, this.#now)) tell(book, revision);
  }

  learn(reservation: Reservation, headers: LimitHeaders): undefined {
    const book = this.#bookOf(reservation.key);
    const { revision } = book.mirror;
    if (book.mirror.learn(reservation, headers, this.#now)) tell(book, revision);
  }

  setLimits(key: LimitKey, limits: Limits): void {
    checkLimits(limits, key);
    const book = this.#bookOf(key);
    const { revision } = book.mirror;
    book.mirror.cap(limits, this.#now);
    book.isOwn = true;
    tell(book, revision);
  }

  changes(key: LimitKey): Observable<LimitChange> {
    const book = this.#bookOf(key);
    // Only here, not on each call: callers subscribe to the changes first, and an observed book is not dropped.
    this.#books.set(key, book);
    return book.changes;
  }

  levels(key: LimitKey): Observable<readonly BucketLevel[]> {
    return of(this.#bookOf(key).mirror.levels(this.#now));
  }

  /** In whole milliseconds, which the mirror adds up without rounding errors. */
  get #now(): number {
    return Math.floor(this.#scheduler.now());
  }

  #bookOf(key: LimitKey): Book {
    let book = this.#books.get(key);
    if (book === undefined) {
      book = { mirror: this.#mirror(key), changes: new Subject(), isOwn: false };
      this.#books.set(key, book);
    }
    return book;
  }

  #mirror(key: LimitKey): LimitMirror {
    const { limits, ceilings, plans = [], margin = 0, probe = 0, chargeModel, pacing } = this.#config;
    const at = (source: typeof limits): Limits =>
      typeof source === 'function' ? checkLimits(source(key), key) : (source ?? {});
    const keeps = chargeModel === 'keep';
    const known = typeof plans === 'function' ? checkPlans(plans(key), key) : plans;
    const config = { limits: at(limits), ceilings: at(ceilings), plans: known, margin, probe, keeps, pacing };
    return new LimitMirror(config, this.#now);
  }
}

/** Notifies waiting requests of a change, given the revision of the limits before it. */
const tell = ({ mirror, changes }: Book, revision: number): void => {
  changes.next(mirror.revision === revision ? 'level' : 'limits');
};

const checkLimits = (limits: Limits, key: LimitKey): Limits =>
  checked(limitsSchema, limits, `The limits of ${key}`, 'Correct the limits; nothing was changed.');

const checkPlans = (plans: readonly Limits[], key: LimitKey): readonly Limits[] =>
  checked(plansSchema, plans, `The plans of ${key}`, 'Correct the plans; nothing was changed.');
