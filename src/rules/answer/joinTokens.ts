import type { StateToken, Token } from '../../model/Token.ts';

/** Joins two pieces of text, or of reasoning, that follow each other. Others cannot be joined. */
export function joinTokens(first: Token | StateToken, second: Token | StateToken): Token | undefined {
  const isText = first.type === 'text' || first.type === 'reasoning';
  return isText && second.type === first.type ? { type: first.type, text: first.text + second.text } : undefined;
}
