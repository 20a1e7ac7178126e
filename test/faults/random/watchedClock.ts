import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';

/** The clock of a client under test. */
export interface WatchedClock extends SchedulerLike {
  /** The number of pending actions. */
  readonly pending: number;
  /** Advances by some milliseconds at once, as after the computer has slept. No timer fires. */
  jump(ms: number): void;
  /** Returns the delay of each new timer, in milliseconds. */
  late: () => number;
}

/**
 * Wraps a clock, and counts its pending actions.
 *
 * @param watch Called after each action.
 */
export function watchedClock(clock: SchedulerLike, watch: () => void): WatchedClock {
  const waiting = new Set<object>();
  let ahead = 0;
  const watched = {
    now: () => clock.now() + ahead,
    late: () => 0,
    get pending() {
      return waiting.size;
    },
    jump: (ms: number) => {
      ahead += ms;
    },
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
      const task = {};
      waiting.add(task);
      const due = delay > 0 ? Math.max(0, delay + watched.late()) : 0;
      const action = clock.schedule<T>(
        function (current) {
          waiting.delete(task);
          work.call(this, current);
          watch();
        },
        due,
        state,
      );
      action.add(() => waiting.delete(task));
      return action;
    },
  };
  return watched;
}
