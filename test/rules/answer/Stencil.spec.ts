import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stencil } from '../../../src/rules/answer/Stencil.ts';

const ascii = fc.string({
  unit: fc.integer({ min: 1, max: 126 }).map((code) => String.fromCharCode(code)),
  maxLength: 40,
  size: 'max',
});

const view = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

describe('Stencil', () => {
  it('should fit the same characters at any offset', () => {
    fc.assert(
      fc.property(ascii, ascii, ascii, (before, text, after) => {
        const stencil = new Stencil(text);
        expect(stencil.length).toBe(text.length);
        expect(stencil.fits(view(Buffer.from(before + text + after)), before.length)).toBe(true);
      }),
    );
  });

  it('should not fit when one bit differs', () => {
    fc.assert(
      fc.property(ascii.filter(Boolean), fc.nat(), fc.nat({ max: 7 }), (text, at, bit) => {
        const bytes = Buffer.from(text);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
        expect(new Stencil(text).fits(view(bytes), 0)).toBe(false);
      }),
    );
  });

  it.each([8, 9, 15, 16, 17])('should not fit %i characters when one is missing', (length) => {
    const text = 'a'.repeat(length);
    const bytes = Buffer.from(text).subarray(0, -1);
    expect(new Stencil(text).fits(view(bytes), 0)).toBe(false);
    expect(new Stencil(text).fits(view(Buffer.from(text)), 1)).toBe(false);
  });

  it('should notice that bytes have changed', () => {
    const stencil = new Stencil('data: {"a"');
    const bytes = Buffer.from('data: {"a"');
    expect(stencil.fits(view(bytes), 0)).toBe(true);
    bytes[2] = 0;
    expect(stencil.fits(view(bytes), 0)).toBe(false);
  });
});
