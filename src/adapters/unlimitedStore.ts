import { NEVER, of, type SchedulerLike } from 'rxjs';
import type { Verdict } from '../model/Grant.ts';
import type { LimitKey } from '../model/Limits.ts';
import { systemClock } from '../ports/clock.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import { LruMap } from '../rules/LruMap.ts';
import { RefusalPause } from '../rules/limits/RefusalPause.ts';

/** What an {@link unlimitedStore} goes by. */
export interface UnlimitedStoreConfig {
  /**
   * @default the system's monotonic clock and timers. Within `TestScheduler.run`, pass that `TestScheduler`:
   * virtual time does not reach this default.
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Makes a store that grants everything at once, for those who want no limits kept. It learns nothing but this: after a
 * 429 it waits for as long as the server asks, since what was refused is asked for again at once.
 */
export function unlimitedStore({ scheduler = systemClock }: UnlimitedStoreConfig = {}): LimitStore {
  const pauses = new LruMap<LimitKey, Pause>(MAX_PAUSES);
  return {
    reserve: ({ key }) => {
      const until = pauses.get(key)?.until;
      const ms = until === undefined ? 0 : Math.ceil(until - scheduler.now());
      return ms > 0 ? { type: 'wait', ms, dimension: 'rpm', rate: Infinity } : GRANTED;
    },
    settle: ({ key }, outcome): undefined => {
      if (outcome.type === 'used') pauses.get(key)?.length.answered();
      if (outcome.type !== 'rejected') return;
      const pause = pauses.get(key) ?? { length: new RefusalPause(), until: -Infinity };
      const now = scheduler.now();
      pause.until = Math.max(pause.until, now + pause.length.refused(outcome.ms, now));
      pauses.set(key, pause);
    },
    changes: () => NEVER,
    levels: () => of([]),
  };
}

/** How many keys are remembered that have met a 429: far more than there are models. */
const MAX_PAUSES = 1_000;

const GRANTED: Verdict = { type: 'granted' };

/** What is kept of a key that has met a 429. */
interface Pause {
  readonly length: RefusalPause;
  until: number;
}
