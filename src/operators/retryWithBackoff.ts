import { type MonoTypeOperatorFunction, Observable, type SchedulerLike, type Subscriber } from 'rxjs';
import { isHttpError } from '../errors/guards.ts';
import { later, type Random, systemClock } from '../ports/clock.ts';
import { backoffDelay } from '../rules/failures/backoff.ts';
import { type Retryability, retryability } from '../rules/failures/retryability.ts';
import { func, retrySchema, schedulerSchema } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import { type OperateConfig, operate } from './operate.ts';

/** How often {@link retryWithBackoff} tries again, and when. */
export interface RetryConfig {
  /**
   * How many times, at the most. Going back to the queue after a 429 does not count.
   *
   * @default 2
   */
  readonly count?: number | undefined;
  /**
   * The longest pause before the first retry, in milliseconds. It doubles each time.
   *
   * @default 100
   */
  readonly initialDelay?: number | undefined;
  /**
   * The longest pause there is, in milliseconds.
   *
   * @default 10_000
   */
  readonly maxDelay?: number | undefined;
  /**
   * Whether to try again what failed by chance: `tool_use_failed` and `json_validate_failed`.
   *
   * @default false
   */
  readonly sampling?: boolean | undefined;
  /**
   * What is worth repeating, and whether it waits for its turn in a queue instead of pausing.
   *
   * @default what may be different next time, see the table of errors; a 429 goes back to its place
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

/** What a retry is about to do. */
export interface RetryInfo {
  readonly error: unknown;
  /** 1 for the first retry. */
  readonly retry: number;
  /** In how many milliseconds. */
  readonly delay: number;
}

/** What {@link retryWithBackoff} is told by those who build on it. */
export interface RetryHooks<T> {
  /** Whether a value is part of the answer, after which nothing is repeated. @default () => true */
  commits?(value: T): boolean;
  /** Is told of every retry, and may have something to say to the subscriber. */
  retrying?(info: RetryInfo, destination: Subscriber<T>): void;
  /** Whether another retry is allowed, after a pause of so many milliseconds. @default () => true */
  allowed?(delay: number): boolean;
}

/**
 * Tries a request again when it failed in a way that may be different next time.
 *
 * <span class="informal">Goes around one request, below validation and counting: a retry queues and pays again, but
 * keeps its place.</span>
 *
 * ![](../../marbles/retryWithBackoff.svg)
 *
 * Once a part of the answer was delivered it stands aside: half an answer twice is worse than an error. The pauses are
 * drawn at random below a bound that doubles; a server that asks for longer is obeyed. Unsubscribing ends a pause at
 * once.
 *
 * A 429 is no failure of the request: it goes back to its place in the queue at once, as often as it takes, and the
 * corrected limits decide there. Where no queue is below, `retryable` has to say something else of it: there nothing
 * but the pause keeps it from being refused again.
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
 * @param config How often and when. See {@link RetryConfig}.
 * @param hooks See {@link RetryHooks}.
 * @return A function that returns an Observable of the values of the first attempt that delivers any.
 * @throws {ValidationError} when the config is not what it has to be.
 */
export function retryWithBackoff<T>(config: RetryConfig = {}, hooks: RetryHooks<T> = {}): MonoTypeOperatorFunction<T> {
  checked(schema, config, 'The config of retryWithBackoff', 'Correct it: nothing was tried.');
  return retrying(config, hooks);
}

const schema = retrySchema.extend({ retryable: func.optional(), scheduler: schedulerSchema, random: func.optional() });

/** Does the same with a config that was checked before: a client has one for all of its requests. */
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
  /** Listens to the attempt that is under way. */
  #listening: Subscriber<T> | undefined;
  /** How many retries were made. */
  #retries = 0;
  /** Whether a part of the answer was delivered. */
  #committed = false;
  /** A source that fails while it is subscribed to is subscribed to anew in a loop, not from within itself. */
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
    if (!this.#committed) this.#committed = this.#hooks.commits?.(value) ?? true;
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
    // Whoever was told may have left for it.
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
