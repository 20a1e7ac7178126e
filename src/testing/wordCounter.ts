import type { TokenCounter } from '../ports/TokenCounter.ts';
import { textsIn, words } from './promptOf.ts';

/**
 * Makes a counter that takes each word of a prompt for one token, so that a test can see what a request costs.
 *
 * {@link fakeTransport} counts likewise in the usage that it reports.
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
