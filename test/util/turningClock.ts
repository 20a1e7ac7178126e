import type { SchedulerLike } from 'rxjs';
import { virtualClock } from '../../src/testing/virtualClock.ts';

/** A clock that runs with the event loop. */
export interface TurningClock extends SchedulerLike {
  /** Stops the clock. Pending work is never done. */
  stop(): void;
}

/**
 * Makes a clock for both ends of real connections, on which minutes pass in moments: it advances by a fixed time with
 * each turn of the event loop. A message, which takes a number of turns, then takes a fixed time, however busy the
 * machine is.
 *
 * @param step How many milliseconds a turn takes.
 */
export function turningClock(step: number): TurningClock {
  const clock = virtualClock();
  let turn = setImmediate(function next(): void {
    turn = setImmediate(next);
    clock.flush(clock.now() + step);
  });
  return {
    now: () => clock.now(),
    schedule: clock.schedule.bind(clock),
    stop: () => {
      clearImmediate(turn);
    },
  };
}
