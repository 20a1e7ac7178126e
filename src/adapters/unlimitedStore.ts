import { NEVER, of, type SchedulerLike } from 'rxjs';
import type { LimitKey } from '../model/Limits.ts';
import type { Verdict } from '../model/Verdict.ts';
import { systemClock } from '../ports/clock.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import { LruMap } from '../rules/LruMap.ts';
import { RefusalPause } from '../rules/limits/RefusalPause.ts';
import { restingLevel } from '../rules/limits/restingLevel.ts';

/** Options of {@link unlimitedStore}. */
export interface UnlimitedStoreConfig {
  /**
   * @default the system's monotonic clock and timers. Within `TestScheduler.run`, pass that `TestScheduler`:
   * virtual time does not reach this default.
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Creates a store without limits, which grants everything at once. After a 429 it only waits for as long as the server
 * asks, since refused requests are requeued immediately.
 */
export function unlimitedStore({ scheduler = systemClock }: UnlimitedStoreConfig = {}): LimitStore {
  const pauses = new LruMap<LimitKey, Pause>(MAX_PAUSES);
  const restOf = (key: LimitKey): number =>
    Math.max(0, Math.ceil((pauses.get(key)?.until ?? -Infinity) - scheduler.now()));
  return {
    reserve: ({ key }) => {
      const ms = restOf(key);
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
    levels: (key) => {
      const rest = restOf(key);
      return of(rest > 0 ? [restingLevel(rest)] : []);
    },
  };
}

/** How many keys with a 429 are remembered: far more than there are models. */
const MAX_PAUSES = 1_000;

const GRANTED: Verdict = { type: 'granted' };

/** The state of a key that has met a 429. */
interface Pause {
  readonly length: RefusalPause;
  until: number;
}
