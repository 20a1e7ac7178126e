import type { TokenCounter } from '../ports/TokenCounter.ts';
import { CountCache } from '../rules/counting/CountCache.ts';
import { countLlama3Template, isLlama3 } from '../rules/counting/llama3Template.ts';

/** A tokenizer with the vocabulary of Llama 3, such as the default export of `llama3-tokenizer-js`. */
export interface Llama3Tokenizer {
  encode(text: string, options?: { bos?: boolean; eos?: boolean }): ArrayLike<number>;
}

/** How much text is cached with its count, in characters. */
const CACHE_SIZE = 1_000_000;

/**
 * Creates a counter that counts the prompts of Llama 3 models with their own vocabulary, and uses another counter for
 * all other models.
 *
 * The other counter is loaded with this one, and learns what Groq reports about its models.
 *
 * The vocabulary is not part of this package: it comes with the tokenizer, under Meta's licence. How much time and
 * stack long texts take depends on the tokenizer.
 *
 * @param tokenizer The tokenizer of Llama 3.
 * @param otherwise Counts the prompts of all other models.
 * @example
 * import llama3 from 'llama3-tokenizer-js';
 *
 * const counter = llama3Counter(llama3, tiktokenCounter());
 */
export function llama3Counter(tokenizer: Llama3Tokenizer, otherwise: TokenCounter): TokenCounter {
  const cache = new CountCache((text) => tokenizer.encode(text, { bos: false, eos: false }).length, CACHE_SIZE);
  const count = (text: string): number => cache.count(text);
  return {
    count: (request) => (isLlama3(request.model) ? countLlama3Template(request, count) : otherwise.count(request)),
    load: async () => otherwise.load?.(),
    observe: (request, promptTokens) => {
      // There is nothing to learn about a template that is known.
      if (!isLlama3(request.model)) otherwise.observe?.(request, promptTokens);
    },
  };
}
