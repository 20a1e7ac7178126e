import type { SchedulerLike, Subscriber, Unsubscribable } from 'rxjs';
import * as z from 'zod';
import { keepPartial } from '../../errors/GroqError.ts';
import { isConnectionError } from '../../errors/guards.ts';
import { ProtocolError } from '../../errors/ProtocolError.ts';
import type { ChatCompletionChunk } from '../../model/Chunk.ts';
import type { Follower } from '../../model/Written.ts';
import { later, systemClock } from '../../ports/clock.ts';
import { ChunkFold, type TokenSink } from '../../rules/answer/ChunkFold.ts';
import { DONE, parseChunk } from '../../rules/answer/parseChunk.ts';
import { isGivenUp } from '../../rules/failures/isGivenUp.ts';
import { func, msOrInfinity, schedulerSchema } from '../../rules/request/schemas.ts';
import { checked } from '../../rules/request/validation.ts';
import type { OperateConfig } from './operate.ts';
import { type IsPaused, waitingSince } from './waitingSince.ts';

/** Options of {@link toTokens} and {@link toChunks}. */
export interface ToTokensConfig {
  /**
   * How long to wait for the end of the stream after the answer is complete, in milliseconds: for the usage, if it has
   * not arrived, and so that the connection can be reused.
   *
   * @default 50
   */
  readonly grace?: number | undefined;
  /**
   * Whether the stream is paused, as in {@link TimeoutsConfig}. Meanwhile the grace does not run if the usage is
   * missing.
   */
  readonly isPaused?: IsPaused | undefined;
  /** An object that may ask later for the text written so far. */
  readonly follower?: Follower | undefined;
  /**
   * @default the system's monotonic clock and timers. Within `TestScheduler.run`, pass that `TestScheduler`:
   * virtual time does not reach this default.
   */
  readonly scheduler?: SchedulerLike | undefined;
}

const schema = z.strictObject({
  grace: msOrInfinity,
  isPaused: func.optional(),
  follower: z.looseObject({}).optional(),
  scheduler: schedulerSchema,
});

/** @throws {ValidationError} when the config of an operator is invalid. */
export function checkToTokens(config: ToTokensConfig, operator: string): void {
  checked<unknown>(schema, config, `The config of ${operator}`, 'Correct the config.');
}

/**
 * Reads a streamed completion and notifies a subscriber of its end: the base of operators, which only add how they
 * handle a value.
 */
export abstract class TokenReader<In, Out> implements OperateConfig<In, Out> {
  readonly destination: Subscriber<Out>;
  protected readonly fold: ChunkFold;
  readonly #grace: number;
  readonly #isPaused: IsPaused | undefined;
  readonly #scheduler: SchedulerLike;
  /** Whether the server has announced the end. */
  #done = false;
  /** Runs from when the answer is complete until the stream ends by itself. */
  #timer: Unsubscribable | undefined;

  /** @param sink Receives the tokens. */
  constructor(destination: Subscriber<Out>, sink: TokenSink, config: ToTokensConfig) {
    const { grace = 50, isPaused, follower, scheduler = systemClock } = config;
    this.destination = destination;
    this.fold = new ChunkFold(sink);
    this.#grace = grace;
    this.#isPaused = isPaused;
    this.#scheduler = scheduler;
    follower?.follow?.(this.fold);
  }

  abstract next(value: In): void;

  /** Parses the data of an event and returns its chunk: none for `[DONE]` and everything after it. */
  protected data(data: string): ChatCompletionChunk | undefined {
    const { fold } = this;
    if (this.#done) return undefined;
    let chunk: ChatCompletionChunk | undefined;
    try {
      if (data === DONE) {
        this.#done = true;
        fold.end();
      } else {
        chunk = parseChunk(data);
        fold.chunk(chunk);
      }
    } catch (error) {
      // The timer runs that ends an answer of which all is known.
      if (!fold.ended) this.error(error);
      return undefined;
    }
    // A subscriber that unsubscribed at the last token needs no timer.
    if (fold.whole && !this.destination.closed && this.#timer === undefined) {
      this.#awaitEnd(this.#scheduler.now());
    }
    return chunk;
  }

  error(error: unknown): void {
    const { fold } = this;
    // What breaks after the answer was whole takes nothing away from it.
    if (fold.whole && !isGivenUp(error)) this.#end();
    else if (fold.started && isConnectionError(error)) this.destination.error(fold.truncated(error));
    else {
      if (fold.started) keepPartial(error, fold.snapshot);
      this.destination.error(error);
    }
  }

  complete(): void {
    const { fold } = this;
    if (fold.whole) this.#end();
    else if (fold.started) this.destination.error(fold.truncated());
    else this.destination.error(new ProtocolError('The stream ended without an event.'));
  }

  finalize(): void {
    this.#timer?.unsubscribe();
  }

  /** Ends the answer when its grace period is over, which began at `since`. */
  #awaitEnd(since: number): void {
    const scheduler = this.#scheduler;
    const end = (): void => {
      this.#end();
    };
    const look = (): void => {
      try {
        const begun = this.fold.ended ? since : waitingSince(since, scheduler.now(), this.#isPaused);
        // The function may have unsubscribed.
        if (this.destination.closed) return;
        if (begun > since) this.#awaitEnd(begun);
        // If the event loop was blocked, the end may be waiting at the socket: it is read before the second timer.
        else this.#timer = later(scheduler, end, 0);
      } catch (error) {
        this.destination.error(error);
      }
    };
    this.#timer = later(scheduler, look, Math.max(0, since + this.#grace - scheduler.now()));
  }

  #end(): void {
    this.fold.end();
    this.destination.complete();
  }
}
