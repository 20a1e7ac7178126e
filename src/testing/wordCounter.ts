import type { TokenCounter } from '../ports/TokenCounter.ts';
import { textsIn, words } from './promptOf.ts';

/**
 * Creates a counter that counts each word of a prompt as one token, so that the cost of a request is obvious in a test.
 * {@link fakeTransport} reports usage in the same way.
 *
 * ```ts
 * import { wordCounter } from 'rxgroq/testing';
 *
 * const messages = [{ role: 'user' as const, content: 'Why is the sky blue?' }];
 * wordCounter().count({ model: 'm', messages }); // => { tokens: 5, bound: 5, exact: true }
 * ```
 */
export function wordCounter(): TokenCounter {
  return {
    count(request) {
      const tokens = textsIn(request).reduce((sum, text) => sum + words(text), 0);
      return { tokens, bound: tokens, exact: true };
    },
  };
}
