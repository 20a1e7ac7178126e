import type { StateToken, Token } from '../../model/Token.ts';

/** Joins two consecutive pieces of text or reasoning. Other tokens cannot be joined. */
export function joinTokens(first: Token | StateToken, second: Token | StateToken): Token | undefined {
  const isText = first.type === 'text' || first.type === 'reasoning';
  return isText && second.type === first.type ? { type: first.type, text: first.text + second.text } : undefined;
}
