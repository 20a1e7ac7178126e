import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';
import { virtualClock } from '../../src/testing/virtualClock.ts';

/** A clock that only advances on request. Immediate work is done in the next turn of the event loop. */
export interface HandClock extends SchedulerLike {
  /** How many timers are set. */
  readonly pending: number;
  /** Advances by some milliseconds, and runs the work that is due by then. */
  advance(ms: number): void;
  /** Settles when all immediate work is done. */
  idle(): Promise<void>;
}

/**
 * Makes a clock for tests with real connections on which no time passes by itself, so that a timeout fires only when a
 * test says so, and never because the machine is busy.
 */
export function handClock(): HandClock {
  const clock = virtualClock();
  let turn: NodeJS.Immediate | undefined;
  const flush = (): void => {
    turn = undefined;
    clock.flush(clock.now());
  };
  return {
    now: () => clock.now(),
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
      if (delay <= 0) turn ??= setImmediate(flush);
      return clock.schedule<T>(work, delay, state);
    },
    get pending() {
      return clock.pending;
    },
    advance: (ms) => {
      clock.flush(clock.now() + ms);
    },
    idle: async () => {
      do await new Promise(setImmediate);
      while (turn !== undefined);
    },
  };
}
