import type { ModelId } from '../model/Models.ts';
import { countOf } from '../operators/internal/guardedCount.ts';
import type { TokenCounter } from '../ports/TokenCounter.ts';

/** How much of a text is counted, in characters. The rest is taken to have as many tokens: more than a model writes. */
const COUNTED = 1_000_000;

/**
 * Counts the tokens of what a model has written: as many as its text adds to a prompt that it is part of.
 *
 * Where the counter fails, cannot answer at once, or finds nothing in any text, its pieces stand for them: Groq sends
 * one for each token.
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
    // Nobody waits for it, but it may fail.
    count.subscribe({ error: () => undefined });
  } catch {
    // An estimate is no reason to lose an answer.
  }
  return undefined;
}
