import { type Observable, of, type SchedulerLike, Subject } from 'rxjs';
import * as z from 'zod';
import type { Outcome, Reservation, Verdict } from '../model/Grant.ts';
import type { LimitHeaders } from '../model/LimitHeaders.ts';
import type { BucketLevel, LimitKey, Limits } from '../model/Limits.ts';
import type { Pacing } from '../model/Priority.ts';
import { systemClock } from '../ports/clock.ts';
import type { LimitChange, LimitStore } from '../ports/LimitStore.ts';
import { LruMap } from '../rules/LruMap.ts';
import { LimitMirror } from '../rules/limits/LimitMirror.ts';
import { func, limitsSchema, ms, pacingSchema, schedulerSchema } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';

/** What the buckets of a {@link memoryLimitStore} start from. */
export interface MemoryLimitStoreConfig {
  /** The limits, of every key or by key. What is not known is learned from the first answer. */
  readonly limits?: Limits | ((key: LimitKey) => Limits) | undefined;
  /** Limits that are kept even where the server allows more. */
  readonly ceilings?: Limits | ((key: LimitKey) => Limits) | undefined;
  /**
   * The limits of the plans that there are. Answers show only some limits: where two of those are a plan's, the others are
   * taken from it, unless `ceilings` has them.
   *
   * @default none
   */
  readonly plans?: readonly Limits[] | ((key: LimitKey) => readonly Limits[]) | undefined;
  /**
   * How much of each bucket is left alone, in milliseconds of what flows in, since no two clocks run alike.
   *
   * @default 0
   */
  readonly margin?: number | undefined;
  /**
   * Whether the server gives back what was charged for a completion and not used (`refund`), or keeps it (`keep`).
   *
   * @default 'refund', until the answers show otherwise
   */
  readonly chargeModel?: 'refund' | 'keep' | undefined;
  /**
   * Which part of each daily limit a priority leaves to what is more urgent, from 0 to 1, so that bulk work cannot use
   * up the day.
   *
   * @default nothing
   */
  readonly pacing?: Pacing | undefined;
  /**
   * For how long the others of a key wait for the answer to its first request, in milliseconds. Somebody may have used
   * the account just before, and only an answer tells. 0 means that the buckets are known to be full.
   *
   * @default 0
   */
  readonly probe?: number | undefined;
  /**
   * Whose clock counts, in milliseconds.
   *
   * @default the system's monotonic clock and timers. Within `TestScheduler.run`, pass that `TestScheduler`:
   * virtual time does not reach this default.
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Keeps the levels of the buckets in this process.
 *
 * Every answer is given at once, so that the order of a burst holds. Clients that are given the same store share its
 * buckets:
 *
 * ```ts
 * import { createGroq } from 'rxgroq';
 * import { memoryLimitStore } from 'rxgroq/operators';
 *
 * const store = memoryLimitStore({ limits: { rpm: 30, tpm: 8_000 }, margin: 300, probe: 5_000 });
 * const chat = createGroq({ store });
 * const batch = createGroq({ store });
 * ```
 *
 * The order of priorities holds among the requests of one client: another one that asks for less may go before.
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

/** A limit store whose limits can be lowered and raised while it is in use. */
export interface MemoryLimitStore extends LimitStore {
  readonly learn: NonNullable<LimitStore['learn']>;
  /** Keeps these limits of a key from now on, where the server allows as much. Those who no longer fit are told. */
  setLimits(key: LimitKey, limits: Limits): void;
}

/** What is kept of one key. */
interface Book {
  readonly mirror: LimitMirror;
  readonly changes: Subject<LimitChange>;
  /** Whether it was given limits that nobody else knows. */
  isOwn: boolean;
}

/** How many books are kept that nobody uses: far more than there are models, since a model can be called anything. */
const MAX_IDLE_BOOKS = 1_000;

const isIdle = ({ mirror, changes, isOwn }: Book): boolean => mirror.idle && !changes.observed && !isOwn;

class MirrorStore implements MemoryLimitStore {
  readonly #config: MemoryLimitStoreConfig;
  readonly #scheduler: SchedulerLike;
  readonly #books = new LruMap<LimitKey, Book>(MAX_IDLE_BOOKS, isIdle);

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
    // Not at each question: whoever asks has asked for the changes first, and as long as they listen it stays.
    this.#books.set(key, book);
    return book.changes;
  }

  levels(key: LimitKey): Observable<readonly BucketLevel[]> {
    return of(this.#bookOf(key).mirror.levels(this.#now));
  }

  /** In whole milliseconds, of which a mirror can add up any number without rounding. */
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

/** Tells those who wait that something has changed since a revision of the limits. */
const tell = ({ mirror, changes }: Book, revision: number): void => {
  changes.next(mirror.revision === revision ? 'level' : 'limits');
};

const checkLimits = (limits: Limits, key: LimitKey): Limits =>
  checked(limitsSchema, limits, `The limits of ${key}`, 'Correct the limits; nothing was changed.');

const checkPlans = (plans: readonly Limits[], key: LimitKey): readonly Limits[] =>
  checked(plansSchema, plans, `The plans of ${key}`, 'Correct the plans; nothing was changed.');
