import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, fit, fitRight } from '../../../src/cli/terminal/fit.ts';
import { textWidth } from '../../../src/cli/terminal/textWidth.ts';

describe('fit', () => {
  it('should pad a short text, or truncate a long one with an ellipsis', () => {
    expect(fit('abc', 5)).toBe('abc  ');
    expect(fitRight('abc', 5)).toBe('  abc');
    expect(fit('abcdef', 5)).toBe('abcd…');
    expect(fit('abc', 3)).toBe('abc');
    expect(fit('abc', 0)).toBe('');
  });

  it('should not cut a wide character in half', () => {
    expect(cut('漢字漢', 4)).toBe('漢…');
    expect(fit('漢字漢', 4)).toBe('漢… ');
    expect(cut('漢字', 4)).toBe('漢字');
  });

  it('should have the requested width for any text', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '漢', '🙂', 'e\u0301', 'ß') });
    fc.assert(
      fc.property(text, fc.nat(12), (any, width) => {
        expect(textWidth(fit(any, width))).toBe(width);
        expect(textWidth(fitRight(any, width))).toBe(width);
        expect(textWidth(cut(any, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});
