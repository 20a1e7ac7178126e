import { map, type OperatorFunction, pipe, takeLast } from 'rxjs';
import { TruncatedStreamError } from '../errors/TruncatedStreamError.ts';
import type { Answer, AnswerSnapshot, StateToken, Token } from '../model/Token.ts';
import { answerOf } from '../rules/answer/answer.ts';
import { snapshots } from './snapshots.ts';

/**
 * Emits the whole answer once, when it is complete.
 *
 * <span class="informal">The tokens, combined into one value.</span>
 *
 * ![](../../marbles/answer.svg)
 *
 * Its `message` can be sent back unchanged in the next request.
 *
 * ## Example
 * ### Waiting for all of it
 * ```ts
 * import { answer } from 'rxgroq';
 *
 * groq.ask('Why is the sky blue?').pipe(answer()).subscribe(({ message, usage }) => console.log(message.content, usage));
 * ```
 *
 * @see {@link snapshots}
 * @return A function that returns an Observable of the answer. It is empty if there are no tokens.
 * @throws {TruncatedStreamError} (as `error`) when the tokens end without a `finish`.
 */
export function answer(): OperatorFunction<Token | StateToken, Answer> {
  return pipe(snapshots(), takeLast(1), map(whole));
}

function whole(snapshot: AnswerSnapshot): Answer {
  const answer = answerOf(snapshot);
  if (answer === undefined) throw new TruncatedStreamError(snapshot);
  return answer;
}
