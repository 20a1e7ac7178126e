import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';
import { systemClock } from '../../src/ports/clock.ts';

/** The system clock with a count of pending timers. */
export interface CountingClock extends SchedulerLike {
  /** How many timers are set for later. */
  readonly pending: number;
  /** Settles when all immediate work is done. */
  idle(): Promise<void>;
}

/** Makes a clock that counts its timers. */
export function countingClock(): CountingClock {
  const later = new Set<object>();
  const atOnce = new Set<object>();
  return {
    now: () => systemClock.now(),
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
      const timers = delay > 0 ? later : atOnce;
      const timer = {};
      timers.add(timer);
      const action = systemClock.schedule<T>(
        function (current) {
          timers.delete(timer);
          work.call(this, current);
        },
        delay,
        state,
      );
      action.add(() => timers.delete(timer));
      return action;
    },
    get pending() {
      return later.size;
    },
    idle: async () => {
      do await new Promise(setImmediate);
      while (atOnce.size > 0);
    },
  };
}
