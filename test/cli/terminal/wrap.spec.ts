import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textWidth } from '../../../src/cli/terminal/textWidth.ts';
import { wrap } from '../../../src/cli/terminal/wrap.ts';

describe('wrap', () => {
  it('should break between words', () => {
    expect(wrap('to be or not to be', 6)).toEqual(['to be', 'or not', 'to be']);
    expect(wrap(' a\n\n\tb ', 10)).toEqual(['a b']);
    expect(wrap('', 10)).toEqual([]);
    expect(wrap('漢字 漢字 a', 6)).toEqual(['漢字', '漢字 a']);
  });

  it('should truncate a word that is longer than a line', () => {
    expect(wrap('a abcdefgh b', 5)).toEqual(['a', 'abcd…', 'b']);
  });

  it('should change only the last line when words are appended', () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'ß'), minLength: 1, maxLength: 6 }));
    fc.assert(
      fc.property(words, words, fc.integer({ min: 1, max: 12 }), (before, after, width) => {
        const lines = wrap(before.join(' '), width);
        const more = wrap([...before, ...after].join(' '), width);
        expect(more.slice(0, Math.max(0, lines.length - 1))).toEqual(lines.slice(0, -1));
        for (const line of more) expect(textWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});
