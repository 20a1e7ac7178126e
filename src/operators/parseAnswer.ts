import { map, type OperatorFunction } from 'rxjs';
import type { Answer } from '../model/Token.ts';
import { answerOfCompletion } from '../rules/answer/answer.ts';
import { parseCompletion } from '../rules/answer/chunk.ts';
import { wholeBody } from './wholeBody.ts';

/**
 * Reads the answer that was not streamed from the bytes of its body.
 *
 * <span class="informal">Once, when all of it has come.</span>
 *
 * ![](../../marbles/parseAnswer.svg)
 *
 * ## Example
 * ### A completion in one piece
 * ```ts
 * import { parseAnswer, send } from 'rxgroq/operators';
 *
 * grants$.pipe(send({ transport, read: () => parseAnswer() }));
 * ```
 *
 * @see {@link parseEvents}
 * @return A function that returns an Observable of the answer.
 * @throws {ProtocolError} (as `error`) when the body is not what Groq sends.
 */
export function parseAnswer(): OperatorFunction<Uint8Array, Answer> {
  return (source) =>
    source.pipe(
      wholeBody(),
      map((body) => answerOfCompletion(parseCompletion(body))),
    );
}
