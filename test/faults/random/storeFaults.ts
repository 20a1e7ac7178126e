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

/** What a fault of the store works with. */
interface StoreMishap {
  readonly dice: Dice;
  readonly scheduler: SchedulerLike;
  /** How long it will last from now on, in milliseconds. */
  readonly rest: number;
}

/** Spoils the answer to one question. */
type StoreFault = (answer: () => unknown, mishap: StoreMishap) => unknown;

const away = (): Error => new Error('the store is away');

const failing = (): Observable<never> => throwError(() => away());

/** What a store answers, as a stream. */
const told = (answer: unknown): Observable<unknown> => (isObservable(answer) ? answer : of(answer));

/** Everything that may go wrong with a store. */
export const STORE_FAULTS = {
  storeThrows: () => {
    throw away();
  },
  storeFails: () => failing(),
  // It decides at once, and its word takes its time.
  storeLate: (answer, { dice, scheduler }) => told(answer()).pipe(delay(1 + dice.below(3_000), scheduler)),
  // It decides when the fault is over.
  storeSilent: (answer, { scheduler, rest }) => timer(rest, scheduler).pipe(mergeMap(() => told(answer()))),
  // It decides, and its word is lost.
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
