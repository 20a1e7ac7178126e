import type { ModelId } from '../model/Models.ts';
import { countOf } from '../operators/internal/guardedCount.ts';
import type { TokenCounter } from '../ports/TokenCounter.ts';

/**
 * How much of a text is counted, in characters: more than most answers have, and so little that the process stops for
 * some fifty milliseconds at most. The rest is assumed to have the same density of tokens.
 */
const COUNTED = 100_000;

/**
 * Counts the tokens of a completion: as many as its text adds to a prompt that contains it.
 *
 * If the counter fails, is asynchronous, or counts nothing in any text, the number of pieces is used: Groq sends one
 * per token.
 */
export function countCompletion(counter: TokenCounter, model: ModelId, text: string, pieces: number): number {
  if (text === '') return 0;
  const withText = countWith(counter, model, text.slice(0, COUNTED));
  const without = countWith(counter, model, '');
  const tokens = Math.round(((withText ?? 0) - (without ?? 0)) * Math.max(1, text.length / COUNTED));
  return tokens > 0 ? tokens : pieces;
}

function countWith(counter: TokenCounter, model: ModelId, content: string): number | undefined {
  try {
    const count = countOf(counter, { model, messages: [{ role: 'assistant', content }] });
    if ('tokens' in count) return count.tokens;
    // The count is not needed any more, but it may fail.
    count.subscribe({ error: () => undefined });
  } catch {
    // An answer must not fail because of an estimate.
  }
  return undefined;
}
