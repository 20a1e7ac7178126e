import type { SchedulerLike, Unsubscribable } from 'rxjs';
import { LONGEST_TIMER } from '../ports/clock.ts';

/** The clock of a simulated server, in its own milliseconds from 0. */
export interface SimulatorClock {
  now(): number;
  /** Runs work once, after `ms` of its milliseconds. */
  after(ms: number, work: () => void): Unsubscribable;
  /** The date that it shows, in seconds since 1970. */
  date(): number;
}

/**
 * Creates the only clock of a simulated server: it controls the refill of limits and the pace of tokens.
 *
 * @param scheduler The scheduler whose time is sped up.
 * @param speed How many of its milliseconds pass in one of the scheduler's.
 */
export function simulatorClock(scheduler: SchedulerLike, speed: number): SimulatorClock {
  const start = scheduler.now();
  const epoch = Date.now();
  const now = (): number => (scheduler.now() - start) * speed;

  return {
    now,
    after: (ms, work) => {
      // A timer that fires early, or whose delay was limited, is set again for the rest.
      const due = now() + ms;
      return scheduler.schedule<undefined>(
        function () {
          const rest = due - now();
          if (rest <= 0) work();
          else this.schedule(undefined, Math.min(rest / speed, LONGEST_TIMER));
        },
        Math.min(Math.max(0, ms) / speed, LONGEST_TIMER),
      );
    },
    date: () => Math.floor((epoch + now()) / 1_000),
  };
}
