import {
  type MonoTypeOperatorFunction,
  Observable,
  type SchedulerLike,
  type Subscriber,
  type Unsubscribable,
} from 'rxjs';
import { isHttpError } from '../errors/guards.ts';
import { later, type Random, systemClock } from '../ports/clock.ts';
import { backoffDelay } from '../rules/backoff.ts';
import { type Retryability, retryability } from '../rules/retryability.ts';
import { operate } from './operate.ts';

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
  /** What is worth repeating. @default what may be different next time, see the table of errors */
  readonly retryable?: ((error: unknown) => Retryability) | undefined;
  /** @default rxjs's asyncScheduler with the monotonic clock */
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
  readonly commits?: ((value: T) => boolean) | undefined;
  /** Is told of every retry, and may have something to say to the subscriber. */
  readonly retrying?: ((info: RetryInfo, destination: Subscriber<T>) => void) | undefined;
  /** Whether another retry is allowed, after a pause of so many milliseconds. @default () => true */
  readonly allowed?: ((delay: number) => boolean) | undefined;
}

/**
 * Tries a request again when it failed in a way that may be different next time.
 *
 * <span class="informal">Goes around one request, below validation and counting: a retry queues and pays again, but
 * keeps its place.</span>
 *
 * ![](../../marbles/retryWithBackoff.svg)
 *
 * Once a part of the answer was delivered it stands aside: half an answer twice is worse than an error. A 429 is no
 * failure of the request: it goes back to its place in the queue at once, where the corrected limits decide. The pauses
 * are drawn at random below a bound that doubles; a server that asks for longer is obeyed. Unsubscribing ends a pause
 * at once.
 *
 * ## Example
 * ### Three attempts
 * ```ts
 * import { retryWithBackoff } from 'rxgroq/operators';
 * import { defer } from 'rxjs';
 *
 * defer(() => attempt()).pipe(retryWithBackoff({ count: 2, initialDelay: 200 }));
 * ```
 *
 * @see {@link timeouts}
 * @param config How often and when. See {@link RetryConfig}.
 * @param hooks See {@link RetryHooks}.
 * @return A function that returns an Observable of the values of the first attempt that delivers any.
 */
export function retryWithBackoff<T>(config: RetryConfig = {}, hooks: RetryHooks<T> = {}): MonoTypeOperatorFunction<T> {
  const { count = 2, initialDelay = 100, maxDelay = 10_000, sampling = false } = config;
  const { retryable = (error: unknown) => retryability(error, sampling) } = config;
  const { scheduler = systemClock, random = Math.random } = config;
  const { commits = () => true, retrying, allowed = () => true } = hooks;

  return (source) =>
    new Observable((destination) => {
      // How many retries were made.
      let retries = 0;
      // Whether a part of the answer was delivered.
      let committed = false;
      let pause: Unsubscribable | undefined;
      // A source that fails while it is subscribed to is subscribed to anew in a loop, not from within itself.
      let subscribing = false;
      let again = false;

      const attempt = (): void => {
        while (attemptOnce());
      };

      /** Tells whether it failed at once and is to be repeated at once. */
      const attemptOnce = (): boolean => {
        again = false;
        subscribing = true;
        source.subscribe(
          operate({
            destination,
            next: (value) => {
              committed ||= commits(value);
              destination.next(value);
            },
            error: fail,
          }),
        );
        subscribing = false;
        return again;
      };

      const fail = (error: unknown): void => {
        const kind = committed ? 'never' : retryable(error);
        const isFree = kind === 'in-its-place';
        const retryAfter = isHttpError(error) ? error.retryAfter : undefined;
        const delay = isFree ? 0 : backoffDelay({ initialDelay, maxDelay }, retries + 1, random(), retryAfter);
        if (kind === 'never' || (!isFree && (retries >= count || !allowed(delay)))) {
          destination.error(error);
          return;
        }
        if (!isFree) retries += 1;
        retrying?.({ error, retry: retries, delay }, destination);
        // Whoever was told may have left for it.
        if (destination.closed) return;
        if (delay > 0) pause = later(scheduler, attempt, delay);
        else if (subscribing) again = true;
        else attempt();
      };

      destination.add(() => pause?.unsubscribe());
      attempt();
    });
}
