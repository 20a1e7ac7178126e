import { map, type OperatorFunction } from 'rxjs';
import type { Answer } from '../model/Token.ts';
import { answerOfCompletion } from '../rules/answer/answer.ts';
import { parseCompletion } from '../rules/answer/parseCompletion.ts';
import { wholeBody } from './internal/wholeBody.ts';

/**
 * Parses an answer that is not streamed from the bytes of its body.
 *
 * <span class="informal">Emits once, when the body is complete.</span>
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
 * @throws {ProtocolError} (as `error`) when the body is not a valid answer.
 */
export function parseAnswer(): OperatorFunction<Uint8Array, Answer> {
  return (source) =>
    source.pipe(
      wholeBody(),
      map((body) => answerOfCompletion(parseCompletion(body))),
    );
}
