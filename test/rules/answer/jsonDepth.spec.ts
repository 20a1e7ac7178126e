import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDeeper } from '../../../src/rules/answer/jsonDepth.ts';

/** How deep a value is, by recursion. */
const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

describe('isDeeper', () => {
  it('should compare the depth of any JSON with a limit', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.nat(8), fc.boolean(), (value, levels, isPretty) => {
        // Long enough not to be skipped.
        const json = JSON.stringify({ value, '"\\[{': ']"}', pad: 'x'.repeat(20) }, null, isPretty ? 2 : 0);
        expect(isDeeper(json, levels)).toBe(depthOf({ value }) > levels);
      }),
    );
  });

  it.each([
    ['['.repeat(128) + ']'.repeat(128), false],
    ['['.repeat(129) + ']'.repeat(129), true],
    ['['.repeat(10_000_000), true],
    [`"${'['.repeat(1_000)}"`, false],
    [`"\\"${'['.repeat(1_000)}`, false],
    [`[${'[],'.repeat(1_000)}[]]`, false],
    ['\\'.repeat(1_001), false],
  ])('should decide correctly on %.20s…', (json, expected) => {
    expect(isDeeper(json, 128)).toBe(expected);
  });
});
