import { AsyncSubject, defer, from, map, Observable, type ObservableInput, take, tap, throwIfEmpty } from 'rxjs';
import { DIMENSIONS } from '../model/Dimension.ts';
import type { Reservation, Verdict } from '../model/Grant.ts';
import type { BucketLevel, LimitKey } from '../model/Limits.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import { tell } from './grantInternals.ts';

/**
 * Holds a store to its contract, since stores are written by others as well: what it throws becomes what it answers,
 * and to each question there is one verdict. Otherwise one bad answer would leave everybody else without a turn.
 *
 * A question that fails may have been granted before its answer was lost, so it is given back: nobody will use it.
 */
export function guardedStore(store: LimitStore): LimitStore {
  const giveBack = (reservation: Reservation): void => {
    tell(told(() => store.settle(reservation, { type: 'unsent' })));
  };
  return {
    reserve: (reservation) => {
      const answer = attempt(() => {
        const verdict = store.reserve(reservation);
        return 'type' in verdict ? checkVerdict(verdict) : from(verdict).pipe(map(checkVerdict));
      });
      if ('type' in answer) return answer;
      return firstOf(answer, () => {
        giveBack(reservation);
      });
    },
    ...(store.sent !== undefined && { sent: (reservation) => told(() => store.sent?.(reservation)) }),
    settle: (reservation, outcome) => told(() => store.settle(reservation, outcome)),
    ...(store.learn !== undefined && {
      learn: (reservation, headers) => told(() => store.learn?.(reservation, headers)),
    }),
    changes: (key) => defer(() => store.changes(key)),
    levels: (key) => levelsOf(store, key),
  };
}

/** How the buckets stand, once: a store may go on to tell how they change. */
export const levelsOf = (store: LimitStore, key: LimitKey): Observable<readonly BucketLevel[]> =>
  defer(() => store.levels(key)).pipe(take(1));

/** Nobody could be woken at a time that is none, and what is no verdict would pass for a grant. */
function checkVerdict(verdict: Verdict): Verdict {
  const isVerdict =
    verdict.type === 'wait' ? verdict.ms >= 0 && verdict.dimension in DIMENSIONS : FINAL.has(verdict.type);
  if (!isVerdict) throw new TypeError(`The store has answered what is no verdict: ${JSON.stringify(verdict)}`);
  return verdict;
}

const FINAL: ReadonlySet<unknown> = new Set(['granted', 'never']);

/** What asking gives at once or later. What it throws is an answer that fails. */
function attempt<T>(ask: () => T): T | Observable<never> {
  try {
    return ask();
  } catch (error) {
    return new Observable((subscriber) => {
      subscriber.error(error);
    });
  }
}

/** What a store says to what it is told. Something that is no answer has failed, too. */
const told = (say: () => ObservableInput<unknown> | undefined): Observable<unknown> | undefined =>
  attempt(() => {
    const answer = say();
    return answer === undefined ? undefined : from(answer);
  });

/** The first verdict: as a plain value when it is there at once, which keeps the order of a burst. */
function firstOf(answer: Observable<Verdict>, failed: () => void): Verdict | Observable<Verdict> {
  const first = new AsyncSubject<Verdict>();
  answer
    .pipe(
      take(1),
      throwIfEmpty(() => new Error('The store gave no verdict.')),
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
