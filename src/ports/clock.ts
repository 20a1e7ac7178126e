import { asyncScheduler, type SchedulerLike, type Unsubscribable } from 'rxjs';

/** A source of random numbers from 0 up to 1, like `Math.random`. */
export type Random = () => number;

/**
 * The system's time: rxjs's `asyncScheduler` with the monotonic clock, so that setting the wall clock has no effect.
 * With it, {@link soon} and {@link later} use the platform's timers directly, so a running `TestScheduler` has no
 * effect unless it is passed in place of this one.
 */
export const systemClock: SchedulerLike = {
  // Looked up on every call, since fake timers replace it.
  now: () => performance.now(),
  schedule: asyncScheduler.schedule.bind(asyncScheduler),
};

/**
 * Runs a function at the end of the current turn: in a microtask with the system's clock, and in the same frame with a
 * virtual one, which has no microtasks.
 *
 * rxjs's `asapScheduler` would also do, but there an error thrown by another action cancels ours.
 *
 * @param act Must check itself whether it is still needed: a microtask cannot be cancelled.
 * @return A subscription that cancels it, if that is possible.
 */
export function soon(scheduler: SchedulerLike, act: () => void): Unsubscribable | undefined {
  if (scheduler !== systemClock) return scheduler.schedule(act);
  queueMicrotask(act);
  return undefined;
}

/** The longest delay of the platform's timers, in milliseconds. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Runs a function after a delay in milliseconds, or after the longest delay of a timer: callers that wait for weeks
 * have to check the clock.
 *
 * With the system's clock it is a timer of the platform, which costs half as much as an action of rxjs.
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
