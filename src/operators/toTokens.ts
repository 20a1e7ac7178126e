import { Observable, type OperatorFunction, type SchedulerLike, type Subscription } from 'rxjs';
import { isConnectionError } from '../errors/guards.ts';
import { ProtocolError } from '../errors/ProtocolError.ts';
import type { ServerEvent } from '../model/Chunk.ts';
import type { Token } from '../model/Token.ts';
import { systemClock } from '../ports/clock.ts';
import { ChunkFold } from '../rules/ChunkFold.ts';
import { DONE, parseChunk } from '../rules/chunk.ts';
import { operate } from './operate.ts';

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

/**
 * Makes tokens of the events of a streamed completion.
 *
 * <span class="informal">Text and reasoning as they come, tool calls once and whole, and at the end how it ended.</span>
 *
 * ![](../../marbles/toTokens.svg)
 *
 * The `finish` token comes last and exactly once: as soon as the reason and the usage are known, or when the stream
 * ends. A stream that ends without a reason and without `[DONE]` is an error with what had come, never an answer.
 *
 * ## Example
 * ### Text
 * ```ts
 * import { parseEvents, text, toTokens } from 'rxgroq/operators';
 *
 * bytes$.pipe(parseEvents(), toTokens(), text()).subscribe((piece) => process.stdout.write(piece));
 * ```
 *
 * @see {@link parseEvents}
 * @see {@link text}
 * @param config How it ends. See {@link ToTokensConfig}.
 * @return A function that returns an Observable of tokens.
 * @throws {TruncatedStreamError} (as `error`) when the stream was cut.
 * @throws {HttpError} (as `error`) when Groq sends an error in the middle of the stream.
 * @throws {ProtocolError} (as `error`) when an event is not what Groq sends.
 */
export function toTokens(config: ToTokensConfig = {}): OperatorFunction<ServerEvent, Token> {
  const { grace = 50, scheduler = systemClock } = config;

  return (source) =>
    new Observable((destination) => {
      const fold = new ChunkFold((token) => {
        destination.next(token);
      });
      // Runs once the answer is whole, until the stream ends by itself.
      let timer: Subscription | undefined;

      const end = (): void => {
        fold.end();
        destination.complete();
      };

      const endSoon = (): void => {
        timer ??= scheduler.schedule(end, grace);
      };

      source.subscribe(
        operate({
          destination,
          next: ({ data }) => {
            if (data === DONE) fold.end();
            else fold.chunk(parseChunk(data));
            if (fold.whole) endSoon();
          },
          error: (error) => {
            // What breaks after the answer was whole takes nothing away from it.
            if (fold.whole) end();
            else destination.error(fold.started && isConnectionError(error) ? fold.truncated(error) : error);
          },
          complete: () => {
            if (fold.whole) end();
            else if (fold.started) destination.error(fold.truncated());
            else destination.error(new ProtocolError('The stream ended before anything came.'));
          },
          finalize: () => timer?.unsubscribe(),
        }),
      );
    });
}
