import { asyncScheduler, type SchedulerLike } from 'rxjs';

/** Chance: numbers from 0 up to 1, as `Math.random` gives them. */
export type Random = () => number;

/**
 * The time of a running program: rxjs's `asyncScheduler` with the monotonic clock, so that nothing jumps when the
 * wall clock is set.
 */
export const systemClock: SchedulerLike = {
  now: () => performance.now(),
  schedule: asyncScheduler.schedule.bind(asyncScheduler),
};
