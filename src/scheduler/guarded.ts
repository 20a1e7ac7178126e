import { AsyncSubject, from, Observable, type ObservableInput, take, throwIfEmpty } from 'rxjs';
import type { Verdict } from '../model/Grant.ts';
import type { LimitStore } from '../ports/LimitStore.ts';

/**
 * Holds a store to its contract, since stores are written by others as well: what it throws becomes what it answers,
 * and to each question there is one verdict. Otherwise one bad answer would leave everybody else without a turn.
 */
export function guarded(store: LimitStore): LimitStore {
  return {
    reserve: (reservation) => {
      const answer = attempt(() => store.reserve(reservation));
      return 'type' in answer ? answer : firstOf(answer);
    },
    ...(store.sent !== undefined && { sent: (reservation) => attempt(() => store.sent?.(reservation)) }),
    settle: (reservation, outcome) => attempt(() => store.settle(reservation, outcome)),
    learn: (reservation, headers) => attempt(() => store.learn(reservation, headers)),
    changes: (key) => attempt(() => store.changes(key)),
    levels: (key) => attempt(() => store.levels(key)),
  };
}

function attempt<T>(ask: () => T): T | Observable<never> {
  try {
    return ask();
  } catch (error) {
    return new Observable((subscriber) => {
      subscriber.error(error);
    });
  }
}

/** The first verdict: as a plain value when it is there at once, which keeps the order of a burst. */
function firstOf(answer: ObservableInput<Verdict>): Verdict | Observable<Verdict> {
  const first = new AsyncSubject<Verdict>();
  from(answer)
    .pipe(
      take(1),
      throwIfEmpty(() => new Error('The store gave no verdict.')),
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
