import type { ChatRequest } from '../model/ChatRequest.ts';
import type { TokenCounter } from '../ports/TokenCounter.ts';
import { contentParts } from '../rules/counting/contentText.ts';

/** The common rule of thumb for English. */
const CHARACTERS_PER_TOKEN = 4;

/** What the templates of most models put around a message, in tokens. */
const TOKENS_PER_MESSAGE = 4;

/**
 * Makes a counter that goes by the length of the text alone, which costs next to nothing: for clients that keep no
 * limits, and so hold nothing to its count.
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
