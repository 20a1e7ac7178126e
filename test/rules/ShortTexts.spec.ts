import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShortTexts } from '../../src/rules/ShortTexts.ts';

describe('ShortTexts', () => {
  it('should give the text that the bytes are, whatever it has given before', () => {
    const texts = new ShortTexts();
    const ascii = fc.string({ maxLength: 14 });
    fc.assert(
      fc.property(ascii, ascii, fc.integer({ min: 0, max: 3 }), (before, text, hash) => {
        const bytes = Buffer.from(`${before}${text}!`);
        expect(texts.of(bytes, before.length, before.length + text.length, hash)).toBe(text);
      }),
    );
  });

  it('should tell apart what has the same hash', () => {
    const texts = new ShortTexts();
    const bytes = Buffer.from('onetwoon');
    expect([texts.of(bytes, 0, 3, 7), texts.of(bytes, 3, 6, 7), texts.of(bytes, 0, 3, 7)]).toEqual([
      'one',
      'two',
      'one',
    ]);
    expect([texts.of(bytes, 6, 8, 7), texts.of(bytes, 6, 6, 7)]).toEqual(['on', '']);
  });

  it('should take any number for a hash', () => {
    const bytes = Buffer.from('word');
    for (const hash of [-1, -(2 ** 31), 2 ** 31 - 1]) expect(new ShortTexts().of(bytes, 0, 4, hash)).toBe('word');
  });

  it('should read bytes anew that have changed', () => {
    const texts = new ShortTexts();
    const bytes = Buffer.from('cat');
    texts.of(bytes, 0, 3, 1);
    bytes.write('bat');
    expect(texts.of(bytes, 0, 3, 1)).toBe('bat');
  });
});
