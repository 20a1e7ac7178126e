/**
 * Merges a piece of text into tokens: of all neighbours that together are a token, those of the lowest rank become
 * one, the leftmost first, until none are left.
 *
 * @param tokens Takes the tokens, where they are wanted.
 * @return How many tokens `bytes` from `from` up to `to` have.
 */
export type Merge = (bytes: Uint8Array, from: number, to: number, tokens?: number[]) => number;
