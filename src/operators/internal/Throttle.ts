import { from, type SchedulerLike, type Subscriber, Subscription, type Unsubscribable } from 'rxjs';
import type { GroqError } from '../../errors/GroqError.ts';
import type { Backlog } from '../../model/Backlog.ts';
import type { Grant } from '../../model/Grant.ts';
import type { Job } from '../../model/Job.ts';
import type { LimitKey } from '../../model/Limits.ts';
import { later, soon } from '../../ports/clock.ts';
import type { LimitStore } from '../../ports/LimitStore.ts';
import { DeadlineQueue } from '../../rules/queue/DeadlineQueue.ts';
import { Admission, type AdmissionConfig, type AdmissionListener } from './Admission.ts';
import type { OperateConfig } from './operate.ts';
import { Refusals } from './Refusals.ts';

/** A throttle whose source emits jobs instead of a backlog takes them in order of arrival, tenants in turn. */
const NO_SLACK = { high: 0, normal: 0, low: 0, background: 0 };

/** The dependencies of a {@link Throttle}. */
export interface ThrottleConfig<J extends Job> extends AdmissionConfig<J> {
  /** Called with a job that is not granted. Without it the stream ends with that error. */
  readonly refuse: ((job: J, error: GroqError) => void) | undefined;
}

/**
 * One subscription to `throttleByBucket`: it decides when the backlog is checked, with a single timer.
 *
 * A class, since engines compile a method once for all lanes, but a closure again for each.
 */
export class Throttle<J extends Job>
  implements OperateConfig<Backlog<J> | J, Grant<J>>, AdmissionListener<J>, Unsubscribable
{
  readonly destination: Subscriber<Grant<J>>;
  readonly #store: LimitStore;
  readonly #scheduler: SchedulerLike;
  readonly #refuse: ((job: J, error: GroqError) => void) | undefined;
  readonly #refusals: Refusals<J>;
  readonly #admission: Admission<J>;
  readonly #changes = new Map<LimitKey, Subscription>();
  /** The waiting jobs: the backlog of the source, or our own if the source emits jobs. */
  #backlog: Backlog<J> | undefined;
  #own: DeadlineQueue<J> | undefined;
  /** Whether a pump is scheduled for the end of this turn, and whether one is running. */
  #waking = false;
  #pumping = false;
  #pending: Unsubscribable | undefined;
  #timer: Unsubscribable | undefined;
  #completed = false;

  constructor(config: ThrottleConfig<J>, destination: Subscriber<Grant<J>>) {
    const { store, scheduler, refuse } = config;
    this.destination = destination;
    this.#store = store;
    this.#scheduler = scheduler;
    this.#refuse = refuse;
    this.#refusals = new Refusals(this, config);
    this.#admission = new Admission(this, this.#refusals, config);
  }

  get closed(): boolean {
    return this.destination.closed;
  }

  next(value: Backlog<J> | J): void {
    if ('peek' in value) this.#backlog = value;
    else {
      this.#own ??= new DeadlineQueue<J>(NO_SLACK, this);
      this.#backlog = this.#own;
      this.#own.add(value);
    }
    this.wake();
  }

  complete(): void {
    this.#completed = true;
    this.wake();
  }

  /** Checks the backlog at the end of this turn, since a grant may be possible. */
  wake(): void {
    if (this.#waking || this.#pumping || this.closed) return;
    this.#waking = true;
    this.#pending = soon(this.#scheduler, this.#pump);
  }

  rest(): void {
    this.#setTimer();
  }

  /** A job has left our own backlog. */
  left(): void {
    this.wake();
  }

  granted(grant: Grant<J>): void {
    this.destination.next(grant);
  }

  refuse(job: J, error: GroqError): void {
    if (this.#refuse === undefined) this.destination.error(error);
    else this.#refuse(job, error);
  }

  /** An error of the caller's `key` or `refuse`, since the store is guarded. */
  fail(error: unknown): void {
    this.destination.error(error);
  }

  watch(key: LimitKey): void {
    if (this.#changes.has(key)) return;
    const watching = new Subscription();
    this.#changes.set(key, watching);
    // Only the latest is needed: an earlier one would refuse jobs by limits that have changed since.
    let sweep: Subscription | undefined;
    const changes = from(this.#store.changes(key)).subscribe({
      next: (change) => {
        if (change === 'limits' && this.#backlog !== undefined) {
          sweep?.unsubscribe();
          sweep = this.#refusals.sweep(this.#backlog, key);
          watching.add(sweep);
        }
        this.wake();
      },
      // A store whose `changes` have failed still answers questions.
      error: () => {
        this.wake();
      },
    });
    watching.add(changes);
    // A change may have ended the stream while it was being subscribed to.
    if (this.closed) watching.unsubscribe();
  }

  unsubscribe(): void {
    this.#admission.close();
    this.#pending?.unsubscribe();
    this.#timer?.unsubscribe();
    for (const watching of this.#changes.values()) watching.unsubscribe();
  }

  readonly #pump = (): void => {
    this.#waking = false;
    if (this.closed) return;
    const backlog = this.#backlog;
    this.#pumping = true;
    try {
      if (backlog !== undefined) {
        this.#refusals.expire(backlog, this.#admission.isFull);
        this.#admission.pump(backlog);
      }
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#pumping = false;
    const drained = backlog === undefined || backlog.size === 0;
    if (this.#completed && drained && !this.#admission.asking) this.destination.complete();
    else this.#setTimer();
  };

  #setTimer(): void {
    this.#timer?.unsubscribe();
    const expiry = this.#backlog === undefined ? Infinity : this.#refusals.nextExpiry(this.#backlog);
    const { asking, headStartsAt = Infinity } = this.#admission;
    // While an answer of the store is pending nothing can be granted, and the answer wakes us.
    const at = Math.min(asking ? Infinity : headStartsAt, expiry);
    if (at === Infinity || this.closed) return;
    this.#timer = later(this.#scheduler, this.#pump, Math.max(0, Math.ceil(at - this.#scheduler.now())));
  }
}
