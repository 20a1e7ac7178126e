import * as z from 'zod';
import type { TokenCounter } from '../ports/TokenCounter.ts';
import { checked } from '../rules/request/validation.ts';

/**
 * Makes a counter that finds the same number of tokens in every prompt: for tests, and for those who do not want to
 * count.
 *
 * @param tokens The tokens of every prompt, a whole number from 0 up.
 * @throws {ValidationError} when it is something else.
 * @example
 * constantCounter(100).count(request); // => { tokens: 100, bound: 100, exact: true }
 */
export function constantCounter(tokens: number): TokenCounter {
  checked(schema, { tokens }, 'The count', 'Round what you estimate.');
  const count = { tokens, bound: tokens, exact: true };
  return { count: () => count };
}

const schema = z.strictObject({ tokens: z.int().min(0) });
