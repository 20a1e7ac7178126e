import * as z from 'zod';
import type { TokenCounter } from '../ports/TokenCounter.ts';
import { checked } from '../rules/request/validation.ts';

/**
 * Creates a counter that returns the same number of tokens for every prompt: for tests, or to skip counting.
 *
 * @param tokens The number of tokens of every prompt, a whole number of at least 0.
 * @throws {ValidationError} when it is anything else.
 * @example
 * constantCounter(100).count(request); // => { tokens: 100, bound: 100, exact: true }
 */
export function constantCounter(tokens: number): TokenCounter {
  checked(schema, { tokens }, 'The count', 'Pass a whole number of at least 0.');
  const count = { tokens, bound: tokens, exact: true };
  return { count: () => count };
}

const schema = z.strictObject({ tokens: z.int().min(0) });
