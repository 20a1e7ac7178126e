import { Observable, type OperatorFunction, type SchedulerLike } from 'rxjs';
import * as z from 'zod';
import type { GroqError } from '../errors/GroqError.ts';
import type { Backlog } from '../model/Backlog.ts';
import type { Grant } from '../model/Grant.ts';
import type { Job } from '../model/Job.ts';
import type { LimitKey } from '../model/Limits.ts';
import { type Random, systemClock } from '../ports/clock.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import { func, orInfinity, schedulerSchema, storeSchema } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import { guardedStore } from './guardedStore.ts';
import { operate } from './operate.ts';
import { Throttle } from './throttleInternals.ts';

/** Where {@link throttleByBucket} asks for permission, and what becomes of jobs that get none. */
export interface ThrottleByBucketConfig<J extends Job> {
  /** Where the buckets are kept. */
  readonly store: LimitStore;
  /**
   * Under which name the store keeps a job's buckets. One throttle serves one line, so jobs that draw on different
   * buckets wait for each other here; give each its own throttle where that matters, as `RequestScheduler` does.
   *
   * @default (job) => job.model
   */
  readonly key?: ((job: J) => LimitKey) | undefined;
  /**
   * How many grants may be unsettled at a time. Minimum: 1.
   *
   * @default Infinity
   */
  readonly inFlight?: number | undefined;
  /**
   * By which part of its slack a job that does not fit yet may be put off by smaller ones that do, from 0 to 1.
   *
   * @default 0.25
   */
  readonly bypass?: number | undefined;
  /**
   * What becomes of a job that can never fit, that has waited too long or for which the store failed.
   *
   * @default the stream ends with that error
   */
  readonly refuse?: ((job: J, error: GroqError) => void) | undefined;
  /**
   * Whose clock decides, in milliseconds.
   *
   * @default the system's monotonic clock and timers. Within `TestScheduler.run`, pass that `TestScheduler`:
   * virtual time does not reach this default.
   */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * Makes the ids of its reservations differ from those of others who use the store.
   *
   * @default Math.random
   */
  readonly random?: Random | undefined;
}

/**
 * Holds jobs until their buckets can pay for them, then grants the best one waiting permission to be sent.
 *
 * <span class="informal">Delays, never drops: unlike rxjs's `throttle`, every job is granted once.</span>
 *
 * ![](../../marbles/throttleByBucket.svg)
 *
 * The job is chosen at the moment at which the tokens exist, not when it arrives, so a later job of higher rank
 * overtakes one that still waits. What arrives in one turn is sorted before the first is granted. A grant is for a
 * cost: when a better job has come while the store was asked, and the cost covers it, that one takes the grant.
 *
 * Jobs that can never fit do not block the others: they are refused at once, with the numbers. A grant counts against
 * `inFlight` until it is settled.
 *
 * ## Example
 * ### Two requests a minute
 * ```ts
 * import { constantCounter, countTokens, memoryLimitStore, prioritize, throttleByBucket } from 'rxgroq/operators';
 *
 * const granted$ = requests$.pipe(
 *   countTokens({ counter: constantCounter(10) }),
 *   prioritize(),
 *   throttleByBucket({ store: memoryLimitStore({ limits: { rpm: 2 } }) }),
 * );
 * ```
 *
 * @see {@link prioritize}
 * @see {@link send}
 * @param config Where the buckets are kept. See {@link ThrottleByBucketConfig}.
 * @return A function that returns an Observable of grants, in the order in which their jobs may be sent. It completes
 * when the source has completed and nothing waits any more.
 * @throws {ValidationError} when the config is not what it has to be.
 * @throws {RequestTooLargeError} (as `error`, unless `refuse` is given) when a job costs more than a bucket can hold.
 * @throws {TimeoutError} (as `error`, unless `refuse` is given) when a job has waited until its `expiresAt`.
 * @throws {StoreError} (as `error`, unless `refuse` is given) when the store fails.
 */
export function throttleByBucket<J extends Job>(
  config: ThrottleByBucketConfig<J>,
): OperatorFunction<Backlog<J> | J, Grant<J>> {
  checked(schema, config, 'The config of throttleByBucket', 'Correct it: nothing was asked for.');
  const { key = modelOf, inFlight = Infinity, bypass = 0.25, refuse } = config;
  const { scheduler = systemClock, random = Math.random } = config;
  const store = guardedStore(config.store);

  return (source) =>
    new Observable((destination) => {
      const name = Math.floor(random() * Number.MAX_SAFE_INTEGER).toString(36);
      const throttle = new Throttle({ store, key, inFlight, bypass, refuse, scheduler, name }, destination);
      destination.add(throttle);
      source.subscribe(operate(throttle));
    });
}

const modelOf = (job: Job): LimitKey => job.model;

const schema = z.strictObject({
  store: storeSchema.unwrap(),
  key: func.optional(),
  inFlight: orInfinity,
  bypass: z.number().min(0).max(1).optional(),
  refuse: func.optional(),
  scheduler: schedulerSchema,
  random: func.optional(),
});
