import ranks from 'js-tiktoken/ranks/o200k_base';
import { createBpe } from '../../../src/rules/counting/bpe.ts';

const bpe = createBpe(ranks.bpe_ranks);

/** Counts the tokens of a text in o200k. */
export const o200k = (text: string): number => bpe.countTokens(text);
