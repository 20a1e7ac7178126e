import type { ChatRequest } from '../model/ChatRequest.ts';
import type { TokenCounter } from '../ports/TokenCounter.ts';
import { contentParts } from '../rules/counting/contentText.ts';

/** The common rule of thumb for English. */
const CHARACTERS_PER_TOKEN = 4;

/** The overhead of a message in the templates of most models, in tokens. */
const TOKENS_PER_MESSAGE = 4;

/**
 * Creates a counter that estimates from the length of the text alone, at almost no cost: for clients without limits,
 * which do not depend on exact counts.
 *
 * @example
 * roughCounter().count({ model: 'llama-3.1-8b-instant', messages: [{ role: 'user', content: 'hi' }] });
 * // => { tokens: 5, bound: 5, exact: false }
 */
export function roughCounter(): TokenCounter {
  return {
    count: ({ messages }) => {
      const tokens = messages.reduce((sum, message) => sum + tokensOf(message), 0);
      return { tokens, bound: tokens, exact: false };
    },
  };
}

function tokensOf({ content }: ChatRequest['messages'][number]): number {
  const { texts } = contentParts(content);
  return TOKENS_PER_MESSAGE + Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / CHARACTERS_PER_TOKEN);
}
