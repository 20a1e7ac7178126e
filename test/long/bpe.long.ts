import ranks from 'js-tiktoken/ranks/o200k_base';
import { describe, expect, it } from 'vitest';
import { createBpe } from '../../src/rules/counting/bpe.ts';
import { languages } from '../rules/counting/bpe/languages.ts';
import { createOracle } from '../rules/counting/bpe/oracle.ts';
import { randomIntegers, randomText } from '../rules/counting/bpe/randomText.ts';

const MINUTES = 60_000;

describe('createBpe, at length', () => {
  const bpe = createBpe(ranks.bpe_ranks);
  const oracle = createOracle();

  function check(text: string): void {
    const expected = oracle(text);
    const tokens = bpe.encode(text);
    if (bpe.countTokens(text) === expected.length && String(tokens) === String(expected)) return;
    expect({ text, count: bpe.countTokens(text), tokens }).toEqual({ text, count: expected.length, tokens: expected });
  }

  it('should give the tokens of js-tiktoken on a million random strings', { timeout: 30 * MINUTES }, () => {
    const random = randomIntegers(1_948);
    for (let i = 0; i < 1_000_000; i++) check(randomText(random));
  });

  it.each(Object.entries(languages))(
    'should give the tokens of js-tiktoken on every part of a text in %s',
    { timeout: 5 * MINUTES },
    (_language, text) => {
      for (let from = 0; from < text.length; from++) {
        for (let to = from + 1; to <= text.length; to += 1 + (to - from) / 4) check(text.slice(from, to));
      }
    },
  );

  it('should give the tokens of js-tiktoken on all of Unicode', { timeout: 5 * MINUTES }, () => {
    for (let codePoint = 0; codePoint < 0x110000; codePoint += 64) {
      const characters = Array.from({ length: 64 }, (_, i) => String.fromCodePoint(codePoint + i));
      check(characters.join(''));
      check(characters.join(' a'));
    }
  });
});
