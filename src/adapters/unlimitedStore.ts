import { NEVER, type Observable, of, type SchedulerLike } from 'rxjs';
import type { BucketLevel, LimitKey } from '../model/Limits.ts';
import type { Outcome } from '../model/Outcome.ts';
import type { Reservation } from '../model/Reservation.ts';
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
export const unlimitedStore = ({ scheduler = systemClock }: UnlimitedStoreConfig = {}): LimitStore =>
  new UnlimitedStore(scheduler);

/** How many keys with a 429 are remembered: far more than there are models. */
const MAX_PAUSES = 1_000;

const GRANTED: Verdict = { type: 'granted' };

/** The state of a key that has met a 429. */
interface Pause {
  readonly length: RefusalPause;
  until: number;
}

class UnlimitedStore implements LimitStore {
  readonly #scheduler: SchedulerLike;
  readonly #pauses = new LruMap<LimitKey, Pause>(MAX_PAUSES);

  constructor(scheduler: SchedulerLike) {
    this.#scheduler = scheduler;
  }

  reserve({ key }: Reservation): Verdict {
    const ms = this.#restOf(key);
    return ms > 0 ? { type: 'wait', ms, dimension: 'rpm', rate: Infinity } : GRANTED;
  }

  settle({ key }: Reservation, outcome: Outcome): undefined {
    if (outcome.type === 'used') this.#pauses.get(key)?.length.answered();
    if (outcome.type !== 'rejected') return;
    const pause = this.#pauses.get(key) ?? { length: new RefusalPause(), until: -Infinity };
    const now = this.#scheduler.now();
    pause.until = Math.max(pause.until, now + pause.length.refused(outcome.ms, now));
    this.#pauses.set(key, pause);
  }

  changes(): Observable<never> {
    return NEVER;
  }

  levels(key: LimitKey): Observable<readonly BucketLevel[]> {
    const rest = this.#restOf(key);
    return of(rest > 0 ? [restingLevel(rest)] : []);
  }

  /** How long a key still pauses, in milliseconds. */
  #restOf(key: LimitKey): number {
    const pause = this.#pauses.get(key);
    // Reading the clock costs more than the rest of the answer.
    return pause === undefined ? 0 : Math.max(0, Math.ceil(pause.until - this.#scheduler.now()));
  }
}
