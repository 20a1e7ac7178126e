import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { paletteFor } from '../../../src/cli/terminal/palette.ts';

const stream = (properties: object): NodeJS.WriteStream =>
  Object.assign(new PassThrough(), properties) as unknown as NodeJS.WriteStream;

describe('paletteFor', () => {
  it('should colour output to a terminal', () => {
    const { bad, strong } = paletteFor(stream({ isTTY: true, getColorDepth: () => 8 }));
    expect(bad('no')).toBe('\u001b[31mno\u001b[39m');
    expect(strong('yes')).toBe('\u001b[1myes\u001b[22m');
  });

  it.each([
    ['a file', { isTTY: false, getColorDepth: () => 8 }],
    ['a pipe', {}],
    ['a terminal of one colour', { isTTY: true, getColorDepth: () => 1 }],
  ])('should not colour output to %s', (_, properties) => {
    const palette = paletteFor(stream(properties));
    for (const paint of Object.values(palette)) expect((paint as (text: string) => string)('text')).toBe('text');
  });
});
