import { asyncScheduler, type SchedulerLike, type Unsubscribable } from 'rxjs';

/** Chance: numbers from 0 up to 1, as `Math.random` gives them. */
export type Random = () => number;

/**
 * The time of a running program: rxjs's `asyncScheduler` with the monotonic clock, so that nothing jumps when the
 * wall clock is set. For it {@link soon} and {@link later} ask the platform itself, past rxjs, so a `TestScheduler` that
 * runs has no say unless it is given in place of this one.
 */
export const systemClock: SchedulerLike = {
  // Looked up anew each time, for those who test with fake timers, which put another one in its place.
  now: () => performance.now(),
  schedule: asyncScheduler.schedule.bind(asyncScheduler),
};

/**
 * Does something when the running turn is over: in a microtask by the system's clock, and in the same frame by a
 * virtual one, which has no microtasks.
 *
 * rxjs's `asapScheduler` would do, but there an error that somebody else's action throws cancels ours.
 *
 * @param act Has to see for itself whether it is still wanted: a microtask cannot be taken back.
 * @return What takes it back, where that is possible.
 */
export function soon(scheduler: SchedulerLike, act: () => void): Unsubscribable | undefined {
  if (scheduler !== systemClock) return scheduler.schedule(act);
  queueMicrotask(act);
  return undefined;
}

/** Timers of the platform cannot wait longer than this, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Does something in so many milliseconds, or as late as a timer can: whoever waits for weeks has to look at the clock.
 *
 * By the system's clock it is a timer of the platform itself, which takes half of what an action of rxjs's does.
 */
export function later(scheduler: SchedulerLike, act: () => void, delay: number): Unsubscribable {
  const wait = Math.min(delay, LONGEST_TIMER);
  return scheduler === systemClock ? new Timer(act, wait) : scheduler.schedule(act, wait);
}

class Timer implements Unsubscribable {
  readonly #timeout: NodeJS.Timeout;

  constructor(act: () => void, delay: number) {
    this.#timeout = setTimeout(act, delay);
  }

  unsubscribe(): void {
    clearTimeout(this.#timeout);
  }
}
