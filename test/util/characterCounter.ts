import type { TokenCounter } from '../../src/ports/TokenCounter.ts';

/** A counter that takes each character of a text for one token. */
export const characterCounter = (): TokenCounter => ({
  count: ({ messages }) => {
    const tokens = messages.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
    return { tokens, bound: tokens, exact: true };
  },
});
