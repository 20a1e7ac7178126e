import type { TokenCounter } from '../../src/ports/TokenCounter.ts';

/** A counter that counts each character as a token. */
export const characterCounter = (): TokenCounter => ({
  count: ({ messages }) => {
    const tokens = messages.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
    return { tokens, bound: tokens, exact: true };
  },
});
