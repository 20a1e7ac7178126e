import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShortTexts } from '../../../src/rules/answer/ShortTexts.ts';

/** Bytes that count how often they are decoded. */
function counting(text: string): { bytes: Buffer; made: () => number } {
  let made = 0;
  const bytes = Buffer.from(text);
  const toString = bytes.toString.bind(bytes);
  bytes.toString = (...range: Parameters<Buffer['toString']>) => {
    made += 1;
    return toString(...range);
  };
  return { bytes, made: () => made };
}

describe('ShortTexts', () => {
  it('should decode a repeated text only once, wherever it is', () => {
    const texts = new ShortTexts((text) => text);
    const { bytes, made } = counting('what follows is said twice: again again');
    expect([texts.of(bytes, 28, 33, 5), texts.of(bytes, 34, 39, 5)]).toEqual(['again', 'again']);
    expect(made()).toBe(1);
  });

  it('should parse a repeated text only once, also when it has no value', () => {
    const read: string[] = [];
    const texts = new ShortTexts((text) => {
      read.push(text);
      return text === 'odd' ? undefined : text.toUpperCase();
    });
    const bytes = Buffer.from('oddword, and what is long');
    const found = [1, 2].map(() => [texts.of(bytes, 0, 3, 1), texts.of(bytes, 3, 7, 2), texts.of(bytes, 0, 0, 3)]);
    expect(found).toEqual([
      [undefined, 'WORD', ''],
      [undefined, 'WORD', ''],
    ]);
    expect(read).toEqual(['', 'odd', 'word']);
    expect(texts.of(bytes, 7, 25, 4)).toBe(', AND WHAT IS LONG');
  });

  it('should remember texts of up to twelve characters', () => {
    const texts = new ShortTexts((text) => text);
    const { bytes, made } = counting('abcdefghijklm');
    for (let i = 0; i < 3; i++) expect(texts.of(bytes, 0, 12, 1)).toBe('abcdefghijkl');
    expect(made()).toBe(1);
    for (let i = 0; i < 3; i++) expect(texts.of(bytes, 0, 13, 2)).toBe('abcdefghijklm');
    expect(made()).toBe(4);
  });

  it('should remember a thousand texts at a time', () => {
    const texts = new ShortTexts((text) => text);
    const { bytes, made } = counting('ab');
    for (let round = 0; round < 2; round++) {
      for (let hash = 0; hash < 1_024; hash++) texts.of(bytes, hash % 2, (hash % 2) + 1, hash);
    }
    expect(made()).toBe(1_024);
  });

  it('should return the right text, whatever it returned before', () => {
    const texts = new ShortTexts((text) => text);
    const ascii = fc.string({ maxLength: 14 });
    fc.assert(
      fc.property(ascii, ascii, fc.integer({ min: 0, max: 3 }), (before, text, hash) => {
        const bytes = Buffer.from(`${before}${text}!`);
        expect(texts.of(bytes, before.length, before.length + text.length, hash)).toBe(text);
      }),
    );
  });

  it('should distinguish texts with the same hash', () => {
    const texts = new ShortTexts((text) => text);
    const bytes = Buffer.from('onetwoon');
    expect([texts.of(bytes, 0, 3, 7), texts.of(bytes, 3, 6, 7), texts.of(bytes, 0, 3, 7)]).toEqual([
      'one',
      'two',
      'one',
    ]);
    expect([texts.of(bytes, 6, 8, 7), texts.of(bytes, 6, 6, 7)]).toEqual(['on', '']);
  });

  it('should accept any integer as a hash', () => {
    const bytes = Buffer.from('word');
    for (const hash of [-1, -(2 ** 31), 2 ** 31 - 1])
      expect(new ShortTexts((text) => text).of(bytes, 0, 4, hash)).toBe('word');
  });

  it('should notice that bytes have changed', () => {
    const texts = new ShortTexts((text) => text);
    const bytes = Buffer.from('cat');
    texts.of(bytes, 0, 3, 1);
    bytes.write('bat');
    expect(texts.of(bytes, 0, 3, 1)).toBe('bat');
  });
});
