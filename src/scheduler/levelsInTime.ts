import { type Observable, type SchedulerLike, timeout } from 'rxjs';
import type { BucketLevel, LimitKey } from '../model/Limits.ts';
import { levelsOf } from '../operators/internal/guardedStore.ts';
import type { LimitStore } from '../ports/LimitStore.ts';

/** How long the levels of a store are awaited, in milliseconds. */
const PATIENCE = 5_000;

/** The current levels of a store, or an error if it does not show them in time: an answer may be lost. */
export const levelsInTime = (
  { store, scheduler }: { readonly store: LimitStore; readonly scheduler: SchedulerLike },
  key: LimitKey,
): Observable<readonly BucketLevel[]> => levelsOf(store, key).pipe(timeout({ first: PATIENCE, scheduler }));
