import { Observable, type OperatorFunction } from 'rxjs';
import type { ChatCompletionChunk, ServerEvent } from '../model/Chunk.ts';
import type { TokenSink } from '../rules/answer/ChunkFold.ts';
import { operate } from './internal/operate.ts';
import { checkToTokens, TokenReader, type ToTokensConfig } from './internal/TokenReader.ts';

/**
 * Turns the events of a streamed completion into Groq's own chunks, unchanged.
 *
 * <span class="informal">For fields that {@link toTokens} leaves out.</span>
 *
 * ![](../../marbles/toChunks.svg)
 *
 * As with {@link toTokens}, a stream that ends without a `finish_reason` and without `[DONE]` fails with an error that
 * holds the partial answer, and a stream that stays open after a complete answer is closed after the `grace`.
 *
 * ## Example
 * ### Fingerprints
 * ```ts
 * import { parseEvents, toChunks } from 'rxgroq/operators';
 *
 * bytes$.pipe(parseEvents(), toChunks()).subscribe(({ system_fingerprint }) => console.log(system_fingerprint));
 * ```
 *
 * @see {@link toTokens}
 * @param config How it waits for the end. See {@link ToTokensConfig}.
 * @return A function that returns an Observable of chunks.
 * @throws {ValidationError} when the config is invalid.
 * @throws {TruncatedStreamError} (as `error`) when the stream was cut.
 * @throws {HttpError} (as `error`) when Groq reports an error in the stream.
 * @throws {ProtocolError} (as `error`) when an event is invalid.
 */
export function toChunks(config: ToTokensConfig = {}): OperatorFunction<ServerEvent, ChatCompletionChunk> {
  checkToTokens(config, 'toChunks');

  return (source) =>
    new Observable((destination) => {
      source.subscribe(operate(new ChunksOfEvents(destination, NOBODY, config)));
    });
}

/** Tokens are only needed to know whether the answer is complete, and for the partial answer if it is not. */
const NOBODY: TokenSink = { next: () => undefined };

class ChunksOfEvents extends TokenReader<ServerEvent, ChatCompletionChunk> {
  next({ data }: ServerEvent): void {
    const chunk = this.data(data);
    if (chunk !== undefined) this.destination.next(chunk);
  }
}
