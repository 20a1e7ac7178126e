import { of, type SchedulerLike } from 'rxjs';
import type { LimitStore } from '../ports/LimitStore.ts';
import { memoryLimitStore } from './memoryLimitStore.ts';

/** What an {@link unlimitedStore} goes by. */
export interface UnlimitedStoreConfig {
  /** @default rxjs's asyncScheduler with the monotonic clock */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Makes a store that grants everything at once, for those who want no limits kept. It learns nothing but this: after a
 * 429 it waits for as long as the server asks, since what was refused is asked for again at once.
 */
export function unlimitedStore({ scheduler }: UnlimitedStoreConfig = {}): LimitStore {
  const pauses = memoryLimitStore({ scheduler });
  return {
    reserve: (reservation) => pauses.reserve(reservation),
    settle: (reservation, outcome) =>
      // Of a limit that was hit only the time is kept, and not what the limit is.
      pauses.settle(reservation, outcome.type === 'rejected' ? { type: 'rejected', ms: outcome.ms } : outcome),
    learn: () => undefined,
    changes: (key) => pauses.changes(key),
    levels: () => of([]),
  };
}
