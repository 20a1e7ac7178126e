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
import { answerTimeoutsSchema, func, schedulerSchema } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import { type OperateConfig, operate } from './operate.ts';
import { type IsPaused, waitingSince } from './waitingSince.ts';

/** How long each part of an answer may take, in milliseconds from the subscription on, which is the dispatch. */
export interface AnswerTimeouts {
  /** Until the connection is there and the request is being sent. */
  readonly connect?: number | undefined;
  /** Until the first token. A tool call is one token, which comes when it is whole: its pieces do not count. */
  readonly firstToken?: number | undefined;
  /** From one token to the next, so not less than the longest tool call may take. */
  readonly betweenTokens?: number | undefined;
  /** Until the end. */
  readonly total?: number | undefined;
}

/** What {@link timeouts} allows, and what it has to know of the answer. */
export interface TimeoutsConfig extends AnswerTimeouts {
  /**
   * Whether nothing can come since the answer is not being read. The time until a token does not run then. It may tell
   * when the answer was read again, by the clock in milliseconds: a pause may be over when the time is looked at.
   */
  readonly isPaused?: IsPaused | undefined;
  /** The model that is asked, for the error. */
  readonly model?: string | undefined;
  /** Lets the answer end with an error by itself, which knows what had come of it. @default unsubscribes from it */
  readonly fail?: ((error: TimeoutError) => void) | undefined;
  /**
   * @default the system's monotonic clock and timers. Within `TestScheduler.run`, pass that `TestScheduler`:
   * virtual time does not reach this default.
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Ends an answer that takes too long, and says which part of it did.
 *
 * <span class="informal">Goes around the answer of one attempt, so the time in the queue does not count.</span>
 *
 * ![](../../marbles/timeouts.svg)
 *
 * Only what the answer says counts: a server that sends nothing but comments to keep the connection open is as silent
 * as one that sends nothing. State tokens do not count either, but for the one that tells that the connection is there.
 *
 * ## Example
 * ### Nothing for ten seconds
 * ```ts
 * import { send, timeouts } from 'rxgroq/operators';
 * import { mergeMap } from 'rxjs';
 *
 * grants$.pipe(send({ transport }), mergeMap((answer) => answer.pipe(timeouts({ firstToken: 10_000 }))));
 * ```
 *
 * @see {@link retryWithBackoff}
 * @param config How long each part may take. See {@link TimeoutsConfig}.
 * @return A function that returns an Observable of the same values.
 * @throws {ValidationError} when the config is not what it has to be.
 * @throws {TimeoutError} (as `error`) that names the phase and the time that it was allowed.
 */
export function timeouts<T>(config: TimeoutsConfig): MonoTypeOperatorFunction<T> {
  checked(schema, config, 'The config of timeouts', 'Correct it: nothing was timed.');
  return timing(config);
}

const schema = answerTimeoutsSchema.extend({
  isPaused: func.optional(),
  model: z.string().optional(),
  fail: func.optional(),
  scheduler: schedulerSchema,
});

/** Does the same with a config that was checked before: a client has one for all of its answers. */
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
  /** Since when the next token is awaited, and whether one has come before. */
  #since: number;
  #begun = false;
  #connected = false;
  /** One timer for all phases. It is not set anew with every token: when it is due it looks whether one has come. */
  #timer: Unsubscribable | undefined;
  /** For when it is set. */
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
      // From here on less may be allowed than the timer is set for.
      if (isFirst && this.#due()[0] < this.#set) this.#arm(this.#since);
    }
    this.destination.next(value);
  }

  finalize(): void {
    this.#timer?.unsubscribe();
  }

  /** What is due next, and when. */
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
    // What the attempt holds is given back before anybody hears of its end.
    this.listening.unsubscribe();
    this.destination.error(error);
  }
}
