import fc from 'fast-check';
import ranks from 'js-tiktoken/ranks/o200k_base';
import { describe, expect, it } from 'vitest';
import { createBpe } from '../../../src/rules/counting/bpe.ts';
import { rounds } from '../../util/rounds.ts';
import { languages } from './bpe/languages.ts';
import { createOracle } from './bpe/oracle.ts';
import { randomIntegers, randomText } from './bpe/randomText.ts';

/** A text after a round trip through UTF-8: half a surrogate pair becomes U+FFFD. */
const wellFormed = (text: string): string => Buffer.from(text).toString();

describe('createBpe', () => {
  const bpe = createBpe(ranks.bpe_ranks);
  const oracle = createOracle();

  it('should give the tokens of js-tiktoken on ten thousand random strings', { timeout: 60_000 }, () => {
    const random = randomIntegers(20_261_120);
    for (let i = 0; i < rounds(10_000); i++) {
      const text = randomText(random);
      const expected = oracle(text);
      if (bpe.countTokens(text) === expected.length && String(bpe.encode(text)) === String(expected)) continue;
      expect({ text, count: bpe.countTokens(text), tokens: bpe.encode(text) }).toEqual({
        text,
        count: expected.length,
        tokens: expected,
      });
    }
  });

  it.each(Object.entries(languages))('should give the tokens of js-tiktoken on %s', (_language, text) => {
    const expected = oracle(text);
    expect(bpe.encode(text)).toEqual(expected);
    expect(bpe.countTokens(text)).toBe(expected.length);
  });

  it('should count the same again with cached pieces', () => {
    const text = Object.values(languages).join('\n');
    const first = bpe.countTokens(text);
    expect(first).toBe(oracle(text).length);
    expect(bpe.countTokens(text)).toBe(first);
  });

  it('should count texts that are longer than its buffer', () => {
    const text = 'Straßenbahnhaltestelle 灯塔 '.repeat(2_000);
    expect(text.length * 3).toBeGreaterThan(65_536);
    expect(bpe.countTokens(text)).toBe(bpe.encode(text).length);
    expect(bpe.countTokens(text)).toBe(oracle(text).length);
  });

  it('should count texts whose UTF-8 is longer than its buffer', () => {
    const text = 'Feuerwehrhauptübungsplatz 灯火阑珊处 '.repeat(1_700);
    expect(text.length).toBeLessThan(65_536);
    expect(Buffer.byteLength(text)).toBeGreaterThan(65_536);
    expect(bpe.countTokens(text)).toBe(oracle(text).length);
  });

  it('should count 0 tokens in an empty text', () => {
    expect(bpe.countTokens('')).toBe(0);
    expect(bpe.encode('')).toEqual([]);
    expect(bpe.decode([])).toBe('');
  });

  it('should treat the names of special tokens as text', () => {
    expect(bpe.encode('<|endoftext|>')).toEqual(oracle('<|endoftext|>'));
    expect(bpe.countTokens('<|endoftext|>')).toBe(7);
  });

  it('should treat half a surrogate pair as U+FFFD', () => {
    expect(bpe.encode('a\ud800b')).toEqual(oracle('a\ufffdb'));
  });

  it('should decode what it encoded', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(bpe.decode(bpe.encode(text))).toBe(wellFormed(text));
      }),
      { numRuns: rounds(2_000) },
    );
    expect(bpe.decode(bpe.encode('\ufeffa'))).toBe('\ufeffa');
  });

  it('should decode the first token and the last', () => {
    expect(bpe.decode([0])).toBe('!');
    expect(bpe.encode(bpe.decode([199_997]))).toEqual([199_997]);
  });

  it('should refuse to decode a token in a gap of the ranks', () => {
    const singles = Array.from({ length: 256 }, (_, byte) => Buffer.of(byte).toString('base64'));
    const sparse = createBpe(`! 0 ${singles.join(' ')}\n! 300 ${Buffer.from('ab').toString('base64')}`);
    expect(sparse.decode([300])).toBe('ab');
    expect(() => sparse.decode([299])).toThrow('A token must be a whole number from 0 to 300, got 299.');
  });

  it.each([-1, 1.5, 199_998, 199_999, Number.NaN])('should refuse to decode %s', (token) => {
    expect(() => bpe.decode([token])).toThrow(
      new RangeError(`A token must be a whole number from 0 to 199997, got ${token}. Decode what encode() gave.`),
    );
  });

  it('should refuse ranks that do not cover every byte', () => {
    expect(() => createBpe('! 0 IQ== Ig==')).toThrow(/got 2 of them among 2 tokens/);
    expect(() => createBpe('')).toThrow(TypeError);
    expect(() => createBpe('not ranks at all')).toThrow(TypeError);
  });
});
