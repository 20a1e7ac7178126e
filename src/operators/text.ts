import { Observable, type OperatorFunction } from 'rxjs';
import type { StateToken, Token } from '../model/Token.ts';
import { operate } from './internal/operate.ts';

/**
 * Emits only the text of an answer, piece by piece.
 *
 * <span class="informal">For rendering: no reasoning, no tool calls, no `finish`.</span>
 *
 * ![](../../marbles/text.svg)
 *
 * ## Example
 * ### Writing to a terminal
 * ```ts
 * import { text } from 'rxgroq';
 *
 * groq.ask('Why is the sky blue?').pipe(text()).subscribe((piece) => process.stdout.write(piece));
 * ```
 *
 * @see {@link snapshots}
 * @return A function that returns an Observable of the pieces of the text.
 */
export function text(): OperatorFunction<Token | StateToken, string> {
  // One layer where filter and map would be two: each waiting request pays for them.
  return (source) =>
    new Observable((destination) => {
      source.subscribe(
        operate({
          destination,
          next: (token) => {
            if (token.type === 'text') destination.next(token.text);
          },
        }),
      );
    });
}
