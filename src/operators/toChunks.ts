import { Observable, type OperatorFunction } from 'rxjs';
import type { ChatCompletionChunk, ServerEvent } from '../model/Chunk.ts';
import type { TokenSink } from '../rules/answer/ChunkFold.ts';
import { operate } from './operate.ts';
import { checkToTokens, TokenReader, type ToTokensConfig } from './tokenInternals.ts';

/**
 * Makes Groq's own chunks of the events of a streamed completion, untouched.
 *
 * <span class="informal">For those who want what {@link toTokens} leaves out.</span>
 *
 * ![](../../marbles/toChunks.svg)
 *
 * As there, a stream that ends without a reason and without `[DONE]` is an error with what had come, and one that stays
 * open when the answer is whole is left after the `grace`.
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
 * @param config How it ends. See {@link ToTokensConfig}.
 * @return A function that returns an Observable of chunks.
 * @throws {ValidationError} when the config is not what it has to be.
 * @throws {TruncatedStreamError} (as `error`) when the stream was cut.
 * @throws {HttpError} (as `error`) when Groq sends an error in the middle of the stream.
 * @throws {ProtocolError} (as `error`) when an event is not what Groq sends.
 */
export function toChunks(config: ToTokensConfig = {}): OperatorFunction<ServerEvent, ChatCompletionChunk> {
  checkToTokens(config, 'toChunks');

  return (source) =>
    new Observable((destination) => {
      source.subscribe(operate(new ChunksOfEvents(destination, NOBODY, config)));
    });
}

/** Tokens are only made to know whether the answer is whole, and what had come when it is not. */
const NOBODY: TokenSink = { next: () => undefined };

class ChunksOfEvents extends TokenReader<ServerEvent, ChatCompletionChunk> {
  next({ data }: ServerEvent): void {
    const chunk = this.data(data);
    if (chunk !== undefined) this.destination.next(chunk);
  }
}
