import {
  concat,
  delay,
  isObservable,
  mergeMap,
  type Observable,
  of,
  type SchedulerLike,
  throwError,
  timer,
} from 'rxjs';
import type { Dice } from './Dice.ts';

/** The context of a fault of the store. */
interface StoreMishap {
  readonly dice: Dice;
  readonly scheduler: SchedulerLike;
  /** The remaining time of the fault, in milliseconds. */
  readonly rest: number;
}

/** Injects a fault into the answer to one call. */
type StoreFault = (answer: () => unknown, mishap: StoreMishap) => unknown;

const away = (): Error => new Error('the store is away');

const failing = (): Observable<never> => throwError(() => away());

/** The answer of a store, as a stream. */
const told = (answer: unknown): Observable<unknown> => (isObservable(answer) ? answer : of(answer));

/** All faults of a store. */
export const STORE_FAULTS = {
  storeThrows: () => {
    throw away();
  },
  storeFails: () => failing(),
  // It decides at once, and its answer is delayed.
  storeLate: (answer, { dice, scheduler }) => told(answer()).pipe(delay(1 + dice.below(3_000), scheduler)),
  // It decides when the fault is over.
  storeSilent: (answer, { scheduler, rest }) => timer(rest, scheduler).pipe(mergeMap(() => told(answer()))),
  // It decides, and its answer is lost.
  storeLost: (answer, { dice, scheduler }) => {
    answer();
    return timer(dice.below(500), scheduler).pipe(mergeMap(() => failing()));
  },
  storeTwice: (answer) => {
    const value = told(answer());
    return concat(value, value);
  },
} satisfies Record<string, StoreFault>;

export type StoreFaultKind = keyof typeof STORE_FAULTS;
