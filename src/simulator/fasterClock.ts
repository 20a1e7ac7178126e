import { asyncScheduler, type SchedulerAction, type SchedulerLike, type Subscription } from 'rxjs';
import { ValidationError } from '../errors/ValidationError.ts';
import { LONGEST_TIMER, systemClock } from '../ports/clock.ts';

/**
 * Creates a clock that runs faster than the system's: the `scheduler` for a client of a simulator whose `speed` is not
 * 1, so that both agree on how long a minute is.
 *
 * @example
 * const simulator = await startSimulator({ speed: 20 });
 * const groq = createGroq({ baseURL: simulator.url, apiKey: 'any', scheduler: fasterClock(20) });
 * @param speed How many of its milliseconds pass in one of the system's.
 * @throws {ValidationError} when the speed is not a number above 0.
 */
export function fasterClock(speed: number): SchedulerLike {
  if (!(speed > 0 && speed < Infinity)) {
    const issue = { path: 'speed', expected: 'a number above 0', got: String(speed) };
    throw new ValidationError('The argument of fasterClock', [issue], 'With 20, a minute lasts 3 seconds.');
  }
  // Rounded up: timers of the platform cut off fractions, and would fire too early. Above their longest delay, which a
  // slow clock soon reaches, they would fire at once.
  const shorter = (delay = 0): number => Math.min(Math.ceil(delay / speed), LONGEST_TIMER);

  return {
    now: () => systemClock.now() * speed,
    schedule<T>(work: (this: SchedulerAction<T>, state: T) => void, delay?: number, state?: T): Subscription {
      let first = true;
      return asyncScheduler.schedule<T>(
        function (current) {
          if (first) {
            first = false;
            // Work that reschedules itself uses our milliseconds too.
            const again = this.schedule.bind(this);
            this.schedule = (next, later) => again(next, shorter(later));
          }
          work.call(this, current as T);
        },
        shorter(delay),
        state,
      );
    },
  };
}
