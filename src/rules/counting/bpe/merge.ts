/**
 * Merges a piece of text into tokens: of all neighbours that form a token together, joins those with the lowest rank,
 * the leftmost first, until none form one.
 *
 * @param tokens Receives the tokens, if given.
 * @return The number of tokens of `bytes` from `from` up to `to`.
 */
export type Merge = (bytes: Uint8Array, from: number, to: number, tokens?: number[]) => number;
