import type { SchedulerLike } from 'rxjs';
import { virtualClock } from '../../src/testing/virtualClock.ts';

/** A clock that runs with the event loop. */
export interface TurningClock extends SchedulerLike {
  /** Ends it: what is not done by then is never done. */
  stop(): void;
}

/**
 * Makes a clock for both ends of real connections, on which minutes pass in moments: it goes on by a fixed time with
 * each turn of the event loop. What takes so many turns, as a message does, takes so long, whatever else the machine has
 * to do; a program that is slow is not late.
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
