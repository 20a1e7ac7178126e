import { from } from 'rxjs';
import type { Cost } from '../../src/model/Cost.ts';
import type { BucketLevel, LimitKey } from '../../src/model/Limits.ts';
import type { Reservation } from '../../src/model/Reservation.ts';
import type { Verdict } from '../../src/model/Verdict.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';

/** The levels of a synchronous store. */
export function levelsOf(store: LimitStore, key: LimitKey = 'm'): readonly BucketLevel[] {
  let found: readonly BucketLevel[] | undefined;
  from(store.levels(key)).subscribe((levels) => {
    found = levels;
  });
  if (found === undefined) throw new Error('the store did not tell its levels at once');
  return found;
}

/** The verdict of a synchronous store. */
export function ask(store: LimitStore, reservation: Reservation): Verdict {
  const verdict = store.reserve(reservation);
  if (!('type' in verdict)) throw new Error('the store did not answer at once');
  return verdict;
}

/** Makes reservations with unique ids. */
export function reservations(): (cost: Cost, rest?: Partial<Reservation>) => Reservation {
  let count = 0;
  return (cost, rest = {}) => ({ key: 'm', id: String(count++), cost, ...rest });
}
