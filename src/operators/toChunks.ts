import { Observable, type OperatorFunction } from 'rxjs';
import { isConnectionError } from '../errors/guards.ts';
import { ProtocolError } from '../errors/ProtocolError.ts';
import type { ChatCompletionChunk, ServerEvent } from '../model/Chunk.ts';
import { ChunkFold } from '../rules/ChunkFold.ts';
import { DONE, parseChunk } from '../rules/chunk.ts';
import { operate } from './operate.ts';

/**
 * Makes Groq's own chunks of the events of a streamed completion, untouched.
 *
 * <span class="informal">For those who want what {@link toTokens} leaves out.</span>
 *
 * ![](../../marbles/toChunks.svg)
 *
 * As there, a stream that ends without a reason and without `[DONE]` is an error with what had come.
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
 * @return A function that returns an Observable of chunks.
 * @throws {TruncatedStreamError} (as `error`) when the stream was cut.
 * @throws {HttpError} (as `error`) when Groq sends an error in the middle of the stream.
 * @throws {ProtocolError} (as `error`) when an event is not what Groq sends.
 */
export function toChunks(): OperatorFunction<ServerEvent, ChatCompletionChunk> {
  return (source) =>
    new Observable((destination) => {
      // Only to know whether the answer is whole, and what had come when it is not.
      const fold = new ChunkFold(() => undefined);

      source.subscribe(
        operate({
          destination,
          next: ({ data }) => {
            if (data === DONE) {
              fold.end();
              return;
            }
            const chunk = parseChunk(data);
            fold.chunk(chunk);
            destination.next(chunk);
          },
          error: (error) => {
            if (fold.whole) destination.complete();
            else destination.error(fold.started && isConnectionError(error) ? fold.truncated(error) : error);
          },
          complete: () => {
            if (fold.whole) destination.complete();
            else if (fold.started) destination.error(fold.truncated());
            else destination.error(new ProtocolError('The stream ended before anything came.'));
          },
        }),
      );
    });
}
