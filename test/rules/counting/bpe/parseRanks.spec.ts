import { describe, expect, it } from 'vitest';
import { parseRanks } from '../../../../src/rules/counting/bpe/parseRanks.ts';

const base64 = (bytes: readonly number[]): string => Buffer.from(bytes).toString('base64');

describe('parseRanks', () => {
  it('should number the tokens of a line from its first rank', () => {
    const { size, bytes, starts } = parseRanks(`! 0 ${base64([1])} ${base64([2, 3])}\n! 4 ${base64([4, 5, 6, 7])}\n`);
    expect(size).toBe(5);
    expect([...bytes]).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect([...starts]).toEqual([0, 1, 3, 3, 3, 7]);
  });

  it('should leave the gap that a line declares', () => {
    const { size, starts } = parseRanks(`! 1000 ${base64([9])}`);
    expect(size).toBe(1_001);
    expect([starts[1_000], starts[1_001]]).toEqual([0, 1]);
  });

  it('should have room for tokens after a gap of any width', () => {
    for (let first = 1; first < 30; first++) {
      const { size, bytes, starts } = parseRanks(`! 0 ${base64([1])}\n! ${first} ${base64([2])} ${base64([3])}`);
      expect(size).toBe(first + 2);
      expect([...bytes]).toEqual([1, 2, 3]);
      expect([...starts].slice(first)).toEqual([1, 2, 3]);
    }
  });

  it.each([
    'nonsense',
    '!',
    '! -5 IQ==',
    '! 10000000 IQ==',
    '? 0 IQ==',
    '!0 IQ==',
    '! 99999999999999999999 IQ==',
    '{"ranks": []}',
    `! 0 ${base64([1])}\n1 2`,
  ])('should refuse %j', (text) => {
    expect(() => parseRanks(text)).toThrow(/^The ranks must be lines .* got ".*"\. Pass `bpe_ranks`/);
  });

  it('should show only the beginning of an invalid text', () => {
    expect(() => parseRanks(`${'x'.repeat(20)}${'y'.repeat(1_000)}`)).toThrow(`got "${'x'.repeat(20)}". Pass`);
  });
});
