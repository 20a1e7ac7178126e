import { Tiktoken } from 'js-tiktoken/lite';
import ranks from 'js-tiktoken/ranks/o200k_base';

/** The tokens of js-tiktoken's own encoder, which treats the names of special tokens as text here. */
export function createOracle(): (text: string) => number[] {
  const tiktoken = new Tiktoken(ranks);
  return (text) => tiktoken.encode(text, [], []);
}
