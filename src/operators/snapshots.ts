import { filter, type OperatorFunction, pipe, scan } from 'rxjs';
import type { AnswerSnapshot, StateToken, Token } from '../model/Token.ts';
import { EMPTY_SNAPSHOT, withToken } from '../rules/answer/answer.ts';

/**
 * Emits the answer so far, with every token.
 *
 * <span class="informal">For views that render a value: Angular's `| async`, React state.</span>
 *
 * ![](../../marbles/snapshots.svg)
 *
 * Each snapshot is a new object, and the last one has `finish`.
 *
 * ## Example
 * ### A growing text
 * ```ts
 * import { snapshots } from 'rxgroq';
 *
 * groq.ask('Why is the sky blue?').pipe(snapshots()).subscribe(({ text }) => console.log(text.length));
 * ```
 *
 * @see {@link text}
 * @see {@link answer}
 * @return A function that returns an Observable of snapshots.
 */
export function snapshots(): OperatorFunction<Token | StateToken, AnswerSnapshot> {
  return pipe(filter(isToken), scan(withToken, EMPTY_SNAPSHOT));
}

const isToken = (token: Token | StateToken): token is Token => token.type !== 'state';
