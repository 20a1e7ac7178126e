import { Observable, type OperatorFunction } from 'rxjs';
import type { ServerEvent } from '../model/Chunk.ts';
import type { Token } from '../model/Token.ts';
import { operate } from './internal/operate.ts';
import { checkToTokens, TokenReader, type ToTokensConfig } from './internal/TokenReader.ts';

export type { ToTokensConfig };

/**
 * Turns the events of a streamed completion into tokens.
 *
 * <span class="informal">Text and reasoning as they arrive, each tool call once it is complete, and a `finish` token at
 * the end.</span>
 *
 * ![](../../marbles/toTokens.svg)
 *
 * The `finish` token comes last and exactly once: as soon as the `finish_reason` and the usage are known, or when the
 * stream ends. A stream that ends without a `finish_reason` and without `[DONE]` fails with an error that holds the
 * partial answer.
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
 * @param config How it waits for the end. See {@link ToTokensConfig}.
 * @return A function that returns an Observable of tokens.
 * @throws {ValidationError} when the config is invalid.
 * @throws {TruncatedStreamError} (as `error`) when the stream was cut.
 * @throws {HttpError} (as `error`) when Groq reports an error in the stream.
 * @throws {ProtocolError} (as `error`) when an event is invalid.
 */
export function toTokens(config: ToTokensConfig = {}): OperatorFunction<ServerEvent, Token> {
  checkToTokens(config, 'toTokens');

  return (source) =>
    new Observable((destination) => {
      source.subscribe(operate(new TokensOfEvents(destination, destination, config)));
    });
}

class TokensOfEvents extends TokenReader<ServerEvent, Token> {
  next({ data }: ServerEvent): void {
    this.data(data);
  }
}
