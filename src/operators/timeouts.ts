import {
  type MonoTypeOperatorFunction,
  Observable,
  type SchedulerLike,
  type Subscriber,
  type Unsubscribable,
} from 'rxjs';
import * as z from 'zod';
import { TimeoutError } from '../errors/TimeoutError.ts';
import { later, systemClock } from '../ports/clock.ts';
import { isState } from '../rules/answer/isState.ts';
import { answerTimeoutsSchema, func, orInfinity, schedulerSchema } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import { type OperateConfig, operate } from './internal/operate.ts';
import { type IsPaused, waitingSince } from './internal/waitingSince.ts';

/** How long each phase of an answer may take, in milliseconds from the subscription, which is the dispatch. */
export interface AnswerTimeouts {
  /** Until the connection is established and the request is being sent. */
  readonly connect?: number | undefined;
  /** Until the first token. A tool call is one token, emitted when it is complete: its pieces do not count. */
  readonly firstToken?: number | undefined;
  /** From one token to the next. It must be long enough for the longest tool call. */
  readonly betweenTokens?: number | undefined;
  /** Until the end of the answer. */
  readonly total?: number | undefined;
}

/** Options of {@link timeouts}. */
export interface TimeoutsConfig extends AnswerTimeouts {
  /**
   * Whether the answer is paused, so that no token can arrive. `firstToken` and `betweenTokens` are suspended then. It
   * may return when reading resumed, in milliseconds of the clock: the pause may be over when the timer fires.
   */
  readonly isPaused?: IsPaused | undefined;
  /** The model of the request, for the error. */
  readonly model?: string | undefined;
  /**
   * Ends the answer with the error, so that the error gets the part that had arrived.
   *
   * @default unsubscribes from the answer
   */
  readonly fail?: ((error: TimeoutError) => void) | undefined;
  /**
   * @default the system's monotonic clock and timers. Within `TestScheduler.run`, pass that `TestScheduler`:
   * virtual time does not reach this default.
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Ends an answer that takes too long, with an error that names the phase.
 *
 * <span class="informal">Wraps the answer of one attempt, so the time in the queue does not count.</span>
 *
 * ![](../../marbles/timeouts.svg)
 *
 * Only tokens of the answer count: comments that a server sends to keep the connection open do not. State tokens do not
 * count either, except `connected`.
 *
 * ## Example
 * ### No token within ten seconds
 * ```ts
 * import { send, timeouts } from 'rxgroq/operators';
 * import { mergeMap } from 'rxjs';
 *
 * grants$.pipe(send({ transport }), mergeMap((answer) => answer.pipe(timeouts({ firstToken: 10_000 }))));
 * ```
 *
 * @see {@link retryWithBackoff}
 * @param config How long each phase may take. See {@link TimeoutsConfig}.
 * @return A function that returns an Observable of the same values.
 * @throws {ValidationError} when the config is invalid.
 * @throws {TimeoutError} (as `error`) with the phase and its limit.
 */
export function timeouts<T>(config: TimeoutsConfig): MonoTypeOperatorFunction<T> {
  checked(schema, config, 'The config of timeouts', 'Correct the config.');
  return timing(config);
}

const schema = answerTimeoutsSchema.extend({
  // The timeouts of a client have it. It is about the time before.
  queue: orInfinity,
  isPaused: func.optional(),
  model: z.string().optional(),
  fail: func.optional(),
  scheduler: schedulerSchema,
});

/** Does the same without checking the config: a client checks it once for all answers. */
export function timing<T>(config: TimeoutsConfig): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((destination) => {
      source.subscribe(new Timing(destination, config).listening);
    });
}

class Timing<T> implements OperateConfig<T, T> {
  readonly destination: Subscriber<T>;
  readonly listening: Subscriber<T>;
  readonly #config: TimeoutsConfig;
  readonly #scheduler: SchedulerLike;
  readonly #start: number;
  /** Since when the next token is awaited, and whether there was one before. */
  #since: number;
  #begun = false;
  #connected = false;
  /**
   * One timer for all phases. It is not restarted with every token: when it fires, it checks whether one has arrived.
   */
  #timer: Unsubscribable | undefined;
  /** When it fires. */
  #set = Infinity;

  constructor(destination: Subscriber<T>, config: TimeoutsConfig) {
    const { scheduler = systemClock } = config;
    this.destination = destination;
    this.#config = config;
    this.#scheduler = scheduler;
    this.#start = scheduler.now();
    this.#since = this.#start;
    this.listening = operate<T, T>(this);
    if (!this.listening.closed) this.#arm(this.#start);
  }

  next(value: T): void {
    if (isState(value)) this.#connected ||= value.state === 'connected';
    else {
      this.#connected = true;
      const isFirst = !this.#begun;
      this.#begun = true;
      this.#since = this.#scheduler.now();
      // The next phase may end before the timer fires.
      if (isFirst && this.#due()[0] < this.#set) this.#arm(this.#since);
    }
    this.destination.next(value);
  }

  finalize(): void {
    this.#timer?.unsubscribe();
  }

  /** The phase that times out next, and when. */
  #due(): readonly [at: number, phase: keyof AnswerTimeouts] {
    const { connect = Infinity, firstToken = Infinity, betweenTokens = Infinity, total = Infinity } = this.#config;
    const start = this.#start;
    const waiting = this.#since + (this.#begun ? betweenTokens : firstToken);
    const connecting = this.#connected ? Infinity : start + connect;
    if (start + total <= Math.min(waiting, connecting)) return [start + total, 'total'];
    if (connecting <= waiting) return [connecting, 'connect'];
    return [waiting, this.#begun ? 'betweenTokens' : 'firstToken'];
  }

  #arm(now: number): void {
    this.#timer?.unsubscribe();
    const [at] = this.#due();
    this.#set = at;
    if (at < Infinity) this.#timer = later(this.#scheduler, this.#look, Math.ceil(at - now));
  }

  readonly #look = (): void => {
    const now = this.#scheduler.now();
    try {
      this.#since = waitingSince(this.#since, now, this.#config.isPaused);
    } catch (error) {
      this.#end(error);
      return;
    }
    // That function may have unsubscribed.
    if (this.listening.closed) return;
    if (this.#due()[0] > now) this.#arm(now);
    else {
      // If the event loop was blocked, a token may be waiting at the socket: it is read before this timer.
      this.#timer = later(
        this.#scheduler,
        () => {
          this.#fail();
        },
        0,
      );
    }
  };

  #fail(): void {
    const [at, phase] = this.#due();
    const now = this.#scheduler.now();
    if (at > now) {
      this.#arm(now);
      return;
    }
    const { model, fail } = this.#config;
    const error = new TimeoutError(phase, this.#config[phase] ?? Infinity, { model });
    try {
      fail?.(error);
    } catch (thrown) {
      this.#end(thrown);
      return;
    }
    if (!this.listening.closed) this.#end(error);
  }

  #end(error: unknown): void {
    // The attempt's resources are released before the subscriber is notified.
    this.listening.unsubscribe();
    this.destination.error(error);
  }
}
