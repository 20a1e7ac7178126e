import {
  from,
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  type Subscription,
  type Unsubscribable,
} from 'rxjs';
import type { GroqError } from '../errors/GroqError.ts';
import type { Backlog } from '../model/Backlog.ts';
import type { Grant } from '../model/Grant.ts';
import type { Job } from '../model/Job.ts';
import type { LimitKey } from '../model/Limits.ts';
import { type Random, soon, systemClock } from '../ports/clock.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import { DeadlineQueue } from '../rules/DeadlineQueue.ts';
import { Admission } from './admissionInternals.ts';
import { operate } from './operate.ts';

/** Where {@link throttleByBucket} asks for leave, and what it does with those that get none. */
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
   * How many grants may be unsettled at a time.
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
   * @default rxjs's asyncScheduler with the monotonic clock
   */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * Makes the ids of its reservations differ from those of others who use the store.
   *
   * @default Math.random
   */
  readonly random?: Random | undefined;
}

/** Timers of the platform cannot wait longer than this, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** A throttle that was given jobs instead of a backlog takes them in order of arrival. */
const NO_SLACK = { high: 0, normal: 0, low: 0, background: 0 };

/**
 * Holds jobs until their buckets can pay for them, then grants the best one waiting leave to be sent.
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
 * @throws {RequestTooLargeError} (as `error`, unless `refuse` is given) when a job costs more than a bucket can hold.
 * @throws {TimeoutError} (as `error`, unless `refuse` is given) when a job has waited until its `expiresAt`.
 * @throws {StoreError} (as `error`, unless `refuse` is given) when the store fails.
 */
export function throttleByBucket<J extends Job>(
  config: ThrottleByBucketConfig<J>,
): OperatorFunction<Backlog<J> | J, Grant<J>> {
  const { store, key = (job: J) => job.model, inFlight = Infinity, bypass = 0.25 } = config;
  const { scheduler = systemClock, random = Math.random } = config;

  return (source) =>
    new Observable((destination) => {
      // Those that wait: what the source gives when it gives backlogs, our own when it gives jobs.
      let backlog: Backlog<J> | undefined;
      let own: DeadlineQueue<J> | undefined;
      // The pump that is to run when this turn is over, and the timer of the lane.
      let waking = false;
      let pending: Unsubscribable | undefined;
      let timer: Subscription | undefined;
      let pumping = false;
      let completed = false;
      const changes = new Map<LimitKey, Subscription>();

      const wake = (): void => {
        if (waking || pumping || destination.closed) return;
        waking = true;
        pending = soon(scheduler, pump);
      };

      const pump = (): void => {
        waking = false;
        if (destination.closed) return;
        pumping = true;
        if (backlog !== undefined) admission.pump(backlog);
        pumping = false;
        if (completed && !admission.asking && (backlog === undefined || backlog.size === 0)) destination.complete();
        else setTimer();
      };

      const setTimer = (): void => {
        timer?.unsubscribe();
        const at = Math.min(admission.headStartsAt ?? Infinity, backlog?.soonest()?.job.expiresAt ?? Infinity);
        if (at === Infinity || destination.closed) return;
        const wait = Math.min(Math.max(0, Math.ceil(at - scheduler.now())), LONGEST_TIMER);
        timer = scheduler.schedule(pump, wait);
      };

      const admission = new Admission<J>({
        store,
        key,
        inFlight,
        bypass,
        scheduler,
        name: Math.floor(random() * Number.MAX_SAFE_INTEGER).toString(36),
        wake,
        granted: (grant) => {
          destination.next(grant);
        },
        refuse:
          config.refuse ??
          ((_, error) => {
            destination.error(error);
          }),
        watch: (name) => {
          if (changes.has(name)) return;
          const watching = from(store.changes(name)).subscribe({
            next: (change) => {
              if (change === 'limits' && backlog !== undefined) admission.sweep(backlog, name);
              wake();
            },
            // A store that can no longer tell of changes still answers when it is asked.
            error: wake,
          });
          changes.set(name, watching);
        },
      });

      destination.add(() => {
        admission.close();
        pending?.unsubscribe();
        timer?.unsubscribe();
        for (const watching of changes.values()) watching.unsubscribe();
      });

      source.subscribe(
        operate({
          destination,
          next: (value) => {
            if ('peek' in value) backlog = value;
            else {
              backlog = own ??= new DeadlineQueue<J>(NO_SLACK, wake);
              own.add(value);
            }
            wake();
          },
          complete: () => {
            completed = true;
            wake();
          },
        }),
      );
    });
}
