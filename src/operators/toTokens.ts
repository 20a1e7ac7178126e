import { Observable, type OperatorFunction } from 'rxjs';
import type { ServerEvent } from '../model/Chunk.ts';
import type { Token } from '../model/Token.ts';
import { operate } from './operate.ts';
import { checkToTokens, TokenReader, type ToTokensConfig } from './tokenInternals.ts';

export type { ToTokensConfig };

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
 * @throws {ValidationError} when the config is not what it has to be.
 * @throws {TruncatedStreamError} (as `error`) when the stream was cut.
 * @throws {HttpError} (as `error`) when Groq sends an error in the middle of the stream.
 * @throws {ProtocolError} (as `error`) when an event is not what Groq sends.
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
