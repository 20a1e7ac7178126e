import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

/** A clock that sleeps: it advances in one jump, after which all overdue work is done late. */
export interface JumpingClock extends SchedulerLike {
  readonly pending: number;
  jump(ms: number): void;
}

/** Makes the clock of a machine that slept for some hours. */
export function jumpingClock(): JumpingClock {
  const tasks = new Set<{ readonly at: number; readonly act: () => void }>();
  let now = 0;
  return {
    now: () => now,
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
      const subscription = new Subscription() as SchedulerAction<T>;
      const task = {
        at: now + delay,
        act: () => {
          work.call(subscription, state);
        },
      };
      tasks.add(task);
      subscription.add(() => tasks.delete(task));
      return subscription;
    },
    get pending() {
      return tasks.size;
    },
    jump(ms) {
      now += ms;
      for (;;) {
        const [next] = [...tasks].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
        if (next === undefined) return;
        tasks.delete(next);
        next.act();
      }
    },
  };
}
