import type { SchedulerLike, Subscriber, Subscription } from 'rxjs';
import { keepPartial } from '../errors/GroqError.ts';
import { isConnectionError } from '../errors/guards.ts';
import { ProtocolError } from '../errors/ProtocolError.ts';
import type { ChatCompletionChunk } from '../model/Chunk.ts';
import type { Token } from '../model/Token.ts';
import { systemClock } from '../ports/clock.ts';
import { ChunkFold } from '../rules/ChunkFold.ts';
import { DONE, parseChunk } from '../rules/chunk.ts';

/** How {@link toTokens} ends. */
export interface ToTokensConfig {
  /**
   * How long the end of the stream is awaited once the answer is whole, in milliseconds: for the usage, if it has not
   * come, and for the connection to be free for the next request.
   *
   * @default 50
   */
  readonly grace?: number | undefined;
  /** @default rxjs's asyncScheduler with the monotonic clock */
  readonly scheduler?: SchedulerLike | undefined;
}

/** Tells a subscriber the tokens of a streamed completion, and how it ended. */
export class TokenReader {
  readonly fold: ChunkFold;
  readonly #destination: Subscriber<Token>;
  readonly #grace: number;
  readonly #scheduler: SchedulerLike;
  /** Runs once the answer is whole, until the stream ends by itself. */
  #timer: Subscription | undefined;

  constructor(destination: Subscriber<Token>, { grace = 50, scheduler = systemClock }: ToTokensConfig) {
    this.#destination = destination;
    this.#grace = grace;
    this.#scheduler = scheduler;
    this.fold = new ChunkFold((token) => {
      destination.next(token);
    });
  }

  /** Reads the data of an event, and gives the chunk that it is, unless it is `[DONE]`. */
  data(data: string): ChatCompletionChunk | undefined {
    let chunk: ChatCompletionChunk | undefined;
    if (data === DONE) this.fold.end();
    else {
      try {
        chunk = parseChunk(data);
        this.fold.chunk(chunk);
      } catch (error) {
        if (this.fold.started) keepPartial(error, this.fold.snapshot);
        throw error;
      }
    }
    if (this.fold.whole) {
      this.#timer ??= this.#scheduler.schedule(() => {
        this.#end();
      }, this.#grace);
    }
    return chunk;
  }

  /** The stream broke. */
  error(error: unknown): void {
    const { fold } = this;
    // What breaks after the answer was whole takes nothing away from it.
    if (fold.whole) this.#end();
    else if (fold.started && isConnectionError(error)) this.#destination.error(fold.truncated(error));
    else {
      if (fold.started) keepPartial(error, fold.snapshot);
      this.#destination.error(error);
    }
  }

  /** The stream ended. */
  complete(): void {
    const { fold } = this;
    if (fold.whole) this.#end();
    else if (fold.started) this.#destination.error(fold.truncated());
    else this.#destination.error(new ProtocolError('The stream ended before anything came.'));
  }

  finalize(): void {
    this.#timer?.unsubscribe();
  }

  #end(): void {
    this.fold.end();
    this.#destination.complete();
  }
}
