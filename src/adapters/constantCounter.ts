import type { TokenCounter } from '../ports/TokenCounter.ts';

/**
 * Makes a counter that finds the same number of tokens in every prompt: for tests, and for those who do not want to
 * count.
 *
 * @param tokens The tokens of every prompt, a whole number from 0 up.
 * @throws {RangeError} when it is something else.
 * @example
 * constantCounter(100).count(request); // => { tokens: 100, bound: 100, exact: true }
 */
export function constantCounter(tokens: number): TokenCounter {
  if (!Number.isInteger(tokens) || tokens < 0) {
    throw new RangeError(`Expected \`tokens\` to be a whole number from 0 up, got ${tokens}. Round what you estimate.`);
  }
  const count = { tokens, bound: tokens, exact: true };
  return { count: () => count };
}
