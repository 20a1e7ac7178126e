import { AsyncSubject, from, type Observable, type ObservableInput, take, tap, throwIfEmpty } from 'rxjs';
import type { Reservation, Verdict } from '../model/Grant.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import { attempt } from './attempt.ts';

/**
 * Holds a store to its contract, since stores are written by others as well: what it throws becomes what it answers,
 * and to each question there is one verdict. Otherwise one bad answer would leave everybody else without a turn.
 *
 * A question that fails may have been granted before its answer was lost, so it is given back: nobody will use it.
 */
export function guarded(store: LimitStore): LimitStore {
  const giveBack = (reservation: Reservation): void => {
    const answer = attempt(() => store.settle(reservation, { type: 'unsent' }));
    // What cannot be given back stays charged, which is the safe side.
    if (answer !== undefined) from(answer).subscribe({ error: () => undefined });
  };
  return {
    reserve: (reservation) => {
      const answer = attempt(() => store.reserve(reservation));
      if ('type' in answer) return answer;
      return firstOf(answer, () => {
        giveBack(reservation);
      });
    },
    ...(store.sent !== undefined && { sent: (reservation) => attempt(() => store.sent?.(reservation)) }),
    settle: (reservation, outcome) => attempt(() => store.settle(reservation, outcome)),
    ...(store.learn !== undefined && {
      learn: (reservation, headers) => attempt(() => store.learn?.(reservation, headers)),
    }),
    changes: (key) => attempt(() => store.changes(key)),
    levels: (key) => attempt(() => store.levels(key)),
  };
}

/** The first verdict: as a plain value when it is there at once, which keeps the order of a burst. */
function firstOf(answer: ObservableInput<Verdict>, failed: () => void): Verdict | Observable<Verdict> {
  const first = new AsyncSubject<Verdict>();
  from(answer)
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
