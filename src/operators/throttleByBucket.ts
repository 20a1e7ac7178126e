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
import { guardedStore } from './internal/guardedStore.ts';
import { operate } from './internal/operate.ts';
import { Throttle } from './internal/Throttle.ts';

/** Options of {@link throttleByBucket}. */
export interface ThrottleByBucketConfig<J extends Job> {
  /** The store that keeps the buckets. */
  readonly store: LimitStore;
  /**
   * The key of a job's buckets in the store. A throttle serves a single queue, so jobs that draw on different buckets
   * wait for each other. To avoid that, give each key its own throttle, as `RequestScheduler` does.
   *
   * @default (job) => job.model
   */
  readonly key?: ((job: J) => LimitKey) | undefined;
  /**
   * The maximum number of unsettled grants. Minimum: 1.
   *
   * @default Infinity
   */
  readonly inFlight?: number | undefined;
  /**
   * The fraction of its slack by which smaller jobs may delay a job that does not fit yet, from 0 to 1.
   *
   * @default 0.25
   */
  readonly bypass?: number | undefined;
  /**
   * What to do with a job that can never fit, that has waited too long, or for which the store failed.
   *
   * @default the stream ends with that error
   */
  readonly refuse?: ((job: J, error: GroqError) => void) | undefined;
  /**
   * The scheduler whose clock is used, in milliseconds.
   *
   * @default the system's monotonic clock and timers. Within `TestScheduler.run`, pass that `TestScheduler`:
   * virtual time does not reach this default.
   */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * Makes the ids of its reservations different from those of other users of the store.
   *
   * @default Math.random
   */
  readonly random?: Random | undefined;
}

/**
 * Holds jobs until their buckets have enough tokens, then grants the best waiting job permission to be sent.
 *
 * <span class="informal">Delays, never drops: unlike with rxjs's `throttle`, every job is granted once.</span>
 *
 * ![](../../marbles/throttleByBucket.svg)
 *
 * The job is chosen when the tokens are available, not when it arrives, so a later, more urgent job overtakes one that
 * still waits. Jobs that arrive in the same turn of the event loop are sorted before the first is granted. A grant is
 * for a cost: if a better job arrives while the store is asked, and the cost covers it, that job gets the grant.
 *
 * It also takes jobs themselves: without {@link prioritize} they go in the order of their arrival, whatever their
 * priority. Tenants are still served in turn.
 *
 * Jobs that can never fit do not block the others: they are refused immediately, with an error that has the numbers. A
 * grant counts towards `inFlight` until it is settled.
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
 * @param config The store and more. See {@link ThrottleByBucketConfig}.
 * @return A function that returns an Observable of grants, in the order in which their jobs may be sent. It completes
 * when the source has completed and no job waits.
 * @throws {ValidationError} when the config is invalid.
 * @throws {RequestTooLargeError} (as `error`, unless `refuse` is given) when a job costs more than a full bucket holds.
 * @throws {TimeoutError} (as `error`, unless `refuse` is given) when a job has waited until its `expiresAt`.
 * @throws {StoreError} (as `error`, unless `refuse` is given) when the store fails.
 */
export function throttleByBucket<J extends Job>(
  config: ThrottleByBucketConfig<J>,
): OperatorFunction<Backlog<J> | J, Grant<J>> {
  checked(schema, config, 'The config of throttleByBucket', 'Correct the config.');
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
