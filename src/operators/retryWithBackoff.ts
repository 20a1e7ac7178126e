import { type MonoTypeOperatorFunction, Observable, type SchedulerLike, type Subscriber } from 'rxjs';
import { isHttpError } from '../errors/guards.ts';
import { later, type Random, systemClock } from '../ports/clock.ts';
import { isState } from '../rules/answer/isState.ts';
import { backoffDelay } from '../rules/failures/backoff.ts';
import { type Retryability, retryability } from '../rules/failures/retryability.ts';
import { func, retrySchema, schedulerSchema } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import { type OperateConfig, operate } from './internal/operate.ts';

/** Options of {@link retryWithBackoff}. */
export interface RetryConfig {
  /**
   * The maximum number of retries. A return to the queue after a 429 does not count.
   *
   * @default 2
   */
  readonly count?: number | undefined;
  /**
   * The maximum pause before the first retry, in milliseconds. The maximum doubles with each retry.
   *
   * @default 100
   */
  readonly initialDelay?: number | undefined;
  /**
   * The upper limit of that maximum, in milliseconds.
   *
   * @default 10_000
   */
  readonly maxDelay?: number | undefined;
  /**
   * Whether to retry failures of the model's sampling: `tool_use_failed` and `json_validate_failed`. Within a
   * stream they may come after a part of the answer, such as reasoning, and are then not retried.
   *
   * @default false
   */
  readonly sampling?: boolean | undefined;
  /**
   * Whether an error is worth a retry, and whether the retry waits in a queue instead of pausing.
   *
   * @default transient errors, see the table of errors; a request that meets a 429 goes back to its place in the queue
   */
  readonly retryable?: ((error: unknown) => Retryability) | undefined;
  /**
   * @default the system's monotonic clock and timers. Within `TestScheduler.run`, pass that `TestScheduler`:
   * virtual time does not reach this default.
   */
  readonly scheduler?: SchedulerLike | undefined;
  /** @default Math.random */
  readonly random?: Random | undefined;
}

/** Describes the next retry. */
export interface RetryInfo {
  readonly error: unknown;
  /** 1 for the first retry. */
  readonly retry: number;
  /** The pause before it, in milliseconds. */
  readonly delay: number;
}

/** Hooks of {@link retryWithBackoff} for operators that are built on it. */
export interface RetryHooks<T> {
  /** Whether a value is part of the answer, after which nothing is retried. @default all but state tokens */
  commits?(value: T): boolean;
  /** Called before every retry; it may emit values to the subscriber. */
  retrying?(info: RetryInfo, destination: Subscriber<T>): void;
  /** Whether another retry is allowed after a pause of `delay` milliseconds. @default () => true */
  allowed?(delay: number): boolean;
}

/**
 * Retries a request after a transient failure.
 *
 * <span class="informal">Wraps one request, after validation and counting: a retry is queued and charged again, but
 * keeps its place.</span>
 *
 * ![](../../marbles/retryWithBackoff.svg)
 *
 * After a part of the answer was delivered, it does not retry: half an answer twice is worse than an error. State tokens
 * are no part of it. The pauses are random below a maximum that doubles; a longer wait that the server asks for is
 * respected. Unsubscribing ends a pause immediately.
 *
 * A 429 does not count as a failure: the request goes back to its place in the queue immediately, as often as
 * necessary, and the corrected limits decide when it is sent. If the source has no queue, pass a `retryable` that
 * returns `after-a-pause` for a 429: there only a pause keeps the request from being refused again.
 *
 * ## Example
 * ### Three attempts without a queue
 * ```ts
 * import { isHttpError } from 'rxgroq';
 * import { retryWithBackoff } from 'rxgroq/operators';
 * import { defer } from 'rxjs';
 *
 * const isTransient = (error: unknown) => isHttpError(error) && (error.status === 429 || error.status >= 500);
 * const retryable = (error: unknown) => (isTransient(error) ? 'after-a-pause' : 'never');
 *
 * defer(() => attempt()).pipe(retryWithBackoff({ count: 2, initialDelay: 200, retryable }));
 * ```
 *
 * @see {@link timeouts}
 * @param config How often to retry, and when. See {@link RetryConfig}.
 * @param hooks See {@link RetryHooks}.
 * @return A function that returns an Observable of the values of the first attempt that emits any.
 * @throws {ValidationError} when the config is invalid.
 */
export function retryWithBackoff<T>(config: RetryConfig = {}, hooks: RetryHooks<T> = {}): MonoTypeOperatorFunction<T> {
  checked(schema, config, 'The config of retryWithBackoff', 'Correct the config.');
  return retrying(config, hooks);
}

const schema = retrySchema.extend({ retryable: func.optional(), scheduler: schedulerSchema, random: func.optional() });

/** Does the same without checking the config: a client checks it once for all requests. */
export function retrying<T>(config: RetryConfig, hooks: RetryHooks<T>): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((destination) => {
      new Retrying(source, destination, config, hooks).attempt();
    });
}

class Retrying<T> implements OperateConfig<T, T> {
  readonly destination: Subscriber<T>;
  readonly #source: Observable<T>;
  readonly #config: RetryConfig;
  readonly #hooks: RetryHooks<T>;
  /** The subscriber of the current attempt. */
  #listening: Subscriber<T> | undefined;
  /** The number of retries so far. */
  #retries = 0;
  /** Whether a part of the answer was delivered. */
  #committed = false;
  /** A source that fails synchronously is resubscribed in a loop, not recursively. */
  #subscribing = false;
  #again = false;

  constructor(source: Observable<T>, destination: Subscriber<T>, config: RetryConfig, hooks: RetryHooks<T>) {
    this.destination = destination;
    this.#source = source;
    this.#config = config;
    this.#hooks = hooks;
  }

  attempt(): void {
    do {
      this.#again = false;
      this.#subscribing = true;
      this.#listening = operate<T, T>(this);
      this.#source.subscribe(this.#listening);
      this.#subscribing = false;
    } while (this.#hasToRepeat);
  }

  next(value: T): void {
    if (!this.#committed) this.#committed = this.#hooks.commits?.(value) ?? !isState(value);
    this.destination.next(value);
  }

  error(error: unknown): void {
    const { count = 2, scheduler = systemClock } = this.#config;
    const hooks = this.#hooks;
    const kind = this.#committed ? 'never' : this.#kindOf(error);
    const isFree = kind === 'in-its-place';
    const delay = isFree ? 0 : this.#delayAfter(error);
    if (kind === 'never' || (!isFree && (this.#retries >= count || hooks.allowed?.(delay) === false))) {
      this.destination.error(error);
      return;
    }
    if (!isFree) this.#retries += 1;
    hooks.retrying?.({ error, retry: this.#retries, delay }, this.destination);
    // The subscriber may have unsubscribed when it was notified.
    if (this.destination.closed) return;
    // What the attempt holds is given back before the next one takes it.
    this.#listening?.unsubscribe();
    if (delay > 0) {
      const pause = later(
        scheduler,
        () => {
          this.destination.remove(pause);
          this.attempt();
        },
        delay,
      );
      this.destination.add(pause);
    } else if (this.#subscribing) this.#again = true;
    else this.attempt();
  }

  // The compiler does not see that a source changes it while it is subscribed to.
  get #hasToRepeat(): boolean {
    return this.#again;
  }

  #kindOf(error: unknown): Retryability {
    const { retryable, sampling = false } = this.#config;
    return retryable === undefined ? retryability(error, sampling) : retryable(error);
  }

  #delayAfter(error: unknown): number {
    const { initialDelay = 100, maxDelay = 10_000, random = Math.random } = this.#config;
    const retryAfter = isHttpError(error) ? error.retryAfter : undefined;
    return backoffDelay({ initialDelay, maxDelay }, this.#retries + 1, random(), retryAfter);
  }
}
