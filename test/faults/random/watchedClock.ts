import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';

/** The clock of a client under test. */
export interface WatchedClock extends SchedulerLike {
  /** How many things are still to be done later. */
  readonly pending: number;
  /** Goes on by so many milliseconds at once, as when the computer has slept. No timer fires for it. */
  jump(ms: number): void;
  /** By how much timers are late from now on, in milliseconds, each anew. */
  late: () => number;
}

/**
 * Makes a clock that is another's, and that knows what is still to be done on it.
 *
 * @param watch Is called after everything that was done.
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
