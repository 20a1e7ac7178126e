import { AsyncSubject, defer, from, map, Observable, type ObservableInput, take, tap, throwIfEmpty } from 'rxjs';
import { DIMENSIONS } from '../../model/Dimension.ts';
import type { LimitHeaders } from '../../model/LimitHeaders.ts';
import type { BucketLevel, LimitKey } from '../../model/Limits.ts';
import type { Outcome } from '../../model/Outcome.ts';
import type { Reservation } from '../../model/Reservation.ts';
import type { Headroom, Verdict } from '../../model/Verdict.ts';
import type { LimitChange, LimitStore } from '../../ports/LimitStore.ts';
import { tell } from './StoreGrant.ts';

/**
 * Enforces the contract of a store, since users can write their own: an error that it throws becomes its answer, and
 * each question gets one verdict. Otherwise one bad answer would block all other jobs.
 */
export const guardedStore = (store: LimitStore): LimitStore => new GuardedStore(store);

class GuardedStore implements LimitStore {
  readonly learn?: NonNullable<LimitStore['learn']>;
  readonly #store: LimitStore;

  constructor(store: LimitStore) {
    this.#store = store;
    // If the store does not learn, headers are not parsed.
    if (store.learn !== undefined) this.learn = this.#learn;
  }

  reserve(reservation: Reservation): Verdict | Observable<Verdict> {
    let answer: Observable<Verdict>;
    try {
      const verdict = this.#store.reserve(reservation);
      if (!isObject(verdict)) throw noVerdict(verdict);
      if ('type' in verdict) return checkVerdict(verdict);
      answer = from(verdict).pipe(map(checkVerdict));
    } catch (error) {
      answer = failing(error);
    }
    // A failed question may have been granted before its answer was lost, and that reservation will not be used.
    return firstOf(answer, () => {
      tell(this.settle(reservation, { type: 'unsent' }));
    });
  }

  sent(reservation: Reservation): Observable<unknown> | undefined {
    try {
      return answerOf(this.#store.sent?.(reservation));
    } catch (error) {
      return failing(error);
    }
  }

  settle(reservation: Reservation, outcome: Outcome): Observable<unknown> | undefined {
    try {
      return answerOf(this.#store.settle(reservation, outcome));
    } catch (error) {
      return failing(error);
    }
  }

  changes(key: LimitKey): Observable<LimitChange> {
    return changesOf(this.#store, key);
  }

  levels(key: LimitKey): Observable<readonly BucketLevel[]> {
    return levelsOf(this.#store, key);
  }

  #learn(reservation: Reservation, headers: LimitHeaders): Observable<unknown> | undefined {
    try {
      return answerOf(this.#store.learn?.(reservation, headers));
    } catch (error) {
      return failing(error);
    }
  }
}

/** When a bucket has risen other than by time, or a limit has changed. */
export const changesOf = (store: LimitStore, key: LimitKey): Observable<LimitChange> => defer(() => store.changes(key));

/** The first levels only: a store may go on to emit changes. */
export const levelsOf = (store: LimitStore, key: LimitKey): Observable<readonly BucketLevel[]> =>
  defer(() => store.levels(key)).pipe(take(1), map(checkLevels));

/** The levels, if the store shows them synchronously. A later answer is not awaited. */
export function levelsNow(store: LimitStore, key: LimitKey): readonly BucketLevel[] | undefined {
  let shown: readonly BucketLevel[] | undefined;
  levelsOf(store, key)
    .subscribe({
      next: (levels) => {
        shown = levels;
      },
      error: () => undefined,
    })
    .unsubscribe();
  return shown;
}

/** An invalid time could not wake a job, an invalid verdict would pass for a grant, and an invalid list would throw. */
function checkVerdict(verdict: Verdict): Verdict {
  if (!isObject(verdict)) throw noVerdict(verdict);
  switch (verdict.type) {
    case 'granted':
      return verdict;
    case 'wait':
      if (verdict.ms >= 0 && isDimension(verdict.dimension) && isHeadroom(verdict.headroom)) return verdict;
      break;
    case 'never':
      if (isDimension(verdict.dimension) && areNumbers(verdict.cost, verdict.limit)) return verdict;
  }
  throw noVerdict(verdict);
}

const noVerdict = (verdict: unknown): TypeError =>
  new TypeError(`The store has returned an invalid verdict: ${JSON.stringify(verdict)}`);

/** Includes arrays, which rxjs takes as Observables. */
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const isList = (value: unknown): boolean => Array.isArray(value);

const areNumbers = (...values: readonly unknown[]): boolean => values.every((value) => typeof value === 'number');

const isDimension = (name: unknown): boolean => typeof name === 'string' && Object.hasOwn(DIMENSIONS, name);

const isHeadroom = (headroom: readonly Headroom[] | undefined): boolean =>
  headroom === undefined || (isList(headroom) && headroom.every(isPart));

const isPart = (part: Headroom): boolean =>
  isObject(part) && isDimension(part.dimension) && areNumbers(part.spare, part.rate);

function checkLevels(levels: readonly BucketLevel[]): readonly BucketLevel[] {
  if (isList(levels) && levels.every(isLevel)) return levels;
  throw new TypeError(`The store has returned invalid levels: ${JSON.stringify(levels)}`);
}

const isLevel = (shown: BucketLevel): boolean =>
  isObject(shown) && isDimension(shown.dimension) && areNumbers(shown.limit, shown.level, shown.rate);

const failing = (error: unknown): Observable<never> =>
  new Observable((subscriber) => {
    subscriber.error(error);
  });

/** The answer of a store to a notification. An invalid answer counts as a failure. */
const answerOf = (answer: ObservableInput<unknown> | undefined): Observable<unknown> | undefined =>
  answer === undefined ? undefined : from(answer);

/** The first verdict, as a plain value if it is synchronous, which keeps the order of a burst. */
function firstOf(answer: Observable<Verdict>, failed: () => void): Verdict | Observable<Verdict> {
  const first = new AsyncSubject<Verdict>();
  answer
    .pipe(
      take(1),
      throwIfEmpty(() => new Error('The store has returned no verdict.')),
      tap({ error: failed }),
    )
    .subscribe(first);
  let atOnce: Verdict | undefined;
  first
    .subscribe({
      next: (verdict) => {
        atOnce = verdict;
      },
      error: () => undefined,
    })
    .unsubscribe();
  return atOnce ?? first;
}
