import type { SchedulerLike, Subscriber, Unsubscribable } from 'rxjs';
import * as z from 'zod';
import { keepPartial } from '../errors/GroqError.ts';
import { isConnectionError } from '../errors/guards.ts';
import { ProtocolError } from '../errors/ProtocolError.ts';
import type { ChatCompletionChunk } from '../model/Chunk.ts';
import type { Follower } from '../model/Written.ts';
import { later, systemClock } from '../ports/clock.ts';
import { ChunkFold, type TokenSink } from '../rules/answer/ChunkFold.ts';
import { DONE, parseChunk } from '../rules/answer/chunk.ts';
import { isGivenUp } from '../rules/failures/isGivenUp.ts';
import { ms, schedulerSchema } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import type { OperateConfig } from './operate.ts';

/** How {@link toTokens} ends. */
export interface ToTokensConfig {
  /**
   * How long the end of the stream is awaited once the answer is whole, in milliseconds: for the usage, if it has not
   * come, and for the connection to be free for the next request.
   *
   * @default 50
   */
  readonly grace?: number | undefined;
  /** Who wants to know at some time what was written. */
  readonly follower?: Follower | undefined;
  /**
   * @default the system's monotonic clock and timers. Within `TestScheduler.run`, pass that `TestScheduler`:
   * virtual time does not reach this default.
   */
  readonly scheduler?: SchedulerLike | undefined;
}

const schema = z.strictObject({ grace: ms, follower: z.looseObject({}).optional(), scheduler: schedulerSchema });

/** @throws {ValidationError} when the config of an operator is not what it has to be. */
export function checkToTokens(config: ToTokensConfig, operator: string): void {
  checked<unknown>(schema, config, `The config of ${operator}`, 'Correct it: nothing was read.');
}

/** Reads a streamed completion, and tells a subscriber how it ended: all of an operator but what it does with a value. */
export abstract class TokenReader<In, Out> implements OperateConfig<In, Out> {
  readonly destination: Subscriber<Out>;
  protected readonly fold: ChunkFold;
  readonly #grace: number;
  readonly #scheduler: SchedulerLike;
  /** Whether the server has said that nothing more comes. */
  #done = false;
  /** Runs once the answer is whole, until the stream ends by itself. */
  #timer: Unsubscribable | undefined;

  /** @param sink Who takes the tokens. */
  constructor(destination: Subscriber<Out>, sink: TokenSink, config: ToTokensConfig) {
    const { grace = 50, follower, scheduler = systemClock } = config;
    this.destination = destination;
    this.fold = new ChunkFold(sink);
    this.#grace = grace;
    this.#scheduler = scheduler;
    follower?.follow?.(this.fold);
  }

  abstract next(value: In): void;

  /** Reads the data of an event, and gives the chunk that it is: none when it is `[DONE]`, or comes after that. */
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
    // Whoever has left at the last token has no use for a timer.
    if (fold.whole && !this.destination.closed && this.#timer === undefined) this.#awaitEnd();
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
    else this.destination.error(new ProtocolError('The stream ended before anything came.'));
  }

  finalize(): void {
    this.#timer?.unsubscribe();
  }

  /** Ends it when its grace is over. */
  #awaitEnd(): void {
    const end = (): void => {
      this.#end();
    };
    // If the event loop was blocked, the end may be waiting at the socket: it is read before the second timer.
    const look = (): void => {
      this.#timer = later(this.#scheduler, end, 0);
    };
    this.#timer = later(this.#scheduler, look, this.#grace);
  }

  #end(): void {
    this.fold.end();
    this.destination.complete();
  }
}
