import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';
import { Heap } from '../rules/queue/Heap.ts';

/** A virtual clock that only advances on `flush`. */
export interface VirtualClock extends SchedulerLike {
  /** The number of scheduled actions. */
  readonly pending: number;
  /**
   * Runs all scheduled actions in order, until none is left or the time is past `until`.
   *
   * @param until In milliseconds since the clock was created.
   */
  flush(until?: number): void;
}

interface Task {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
  index: number;
}

/**
 * Creates a virtual clock for tests, with which a day takes only as long as the work in it.
 *
 * Unlike rxjs's `VirtualTimeScheduler` it does not sort all actions for every new one, so it can handle hundreds of
 * thousands of them. Actions that are due at the same time run in the order in which they were scheduled.
 *
 * ```ts
 * import { timer } from 'rxjs';
 * import { virtualClock } from 'rxgroq/testing';
 *
 * const scheduler = virtualClock();
 * timer(86_400_000, scheduler).subscribe(() => console.log('a day later'));
 * scheduler.flush();
 * ```
 */
export function virtualClock(): VirtualClock {
  const tasks = new Heap<Task>(
    (a, b) => a.at < b.at || (a.at === b.at && a.order < b.order),
    (task, index) => {
      task.index = index;
    },
  );
  let now = 0;
  let count = 0;

  const schedule = <T>(work: (this: SchedulerAction<T>, state: T) => void, delay = 0, state?: T): Subscription => {
    const subscription = new Subscription();
    // An action may reschedule itself, as rxjs's intervals do.
    const action = Object.assign(subscription, {
      schedule: (next?: T, again = 0) => {
        if (!subscription.closed) enter(again, next);
        return subscription;
      },
    }) as unknown as SchedulerAction<T>;
    // Usually a single task. An action may reschedule itself several times before it is due again.
    const waiting = new Set<Task>();
    const enter = (after: number, value: T | undefined): void => {
      const task: Task = {
        at: now + Math.max(0, after),
        order: count++,
        index: -1,
        act: () => {
          waiting.delete(task);
          work.call(action, value as T);
        },
      };
      waiting.add(task);
      tasks.push(task);
    };
    subscription.add(() => {
      for (const { index } of waiting) tasks.removeAt(index);
    });
    enter(delay, state);
    return subscription;
  };

  return {
    now: () => now,
    schedule: schedule,
    get pending() {
      return tasks.size;
    },
    flush(until = Infinity) {
      for (let next = tasks.peek(); next !== undefined && next.at <= until; next = tasks.peek()) {
        tasks.removeAt(0);
        now = next.at;
        next.act();
      }
      if (until !== Infinity) now = Math.max(now, until);
    },
  };
}
