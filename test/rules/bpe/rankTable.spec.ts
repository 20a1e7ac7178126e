import o200k from 'js-tiktoken/ranks/o200k_base';
import { describe, expect, it } from 'vitest';
import { createRankTable, hashOf, NO_RANK } from '../../../src/rules/bpe/rankTable.ts';

const base64 = (bytes: readonly number[]): string => Buffer.from(bytes).toString('base64');
const singles = Array.from({ length: 256 }, (_, byte) => base64([byte]));

describe('createRankTable', () => {
  it('should take less than 10 MB for o200k', () => {
    expect(createRankTable(o200k.bpe_ranks).byteLength).toBeLessThan(10e6);
  });

  const table = createRankTable(`! 0 ${singles.join(' ')}\n! 300 ${base64([65, 66])} ${base64([65, 66, 67])}`);
  const bytes = Uint8Array.of(64, 65, 66, 67, 68);

  it('should find what it holds, by itself and within other bytes', () => {
    expect(table.rankOf(bytes, 0, 1)).toBe(64);
    expect(table.rankOf(bytes, 1, 3)).toBe(300);
    expect(table.rankOf(bytes, 1, 4)).toBe(301);
    expect(table.find(bytes, 1, 3, hashOf(bytes, 1, 3))).toBe(300);
  });

  it('should find nothing else', () => {
    expect(table.rankOf(bytes, 0, 2)).toBe(NO_RANK);
    expect(table.rankOf(bytes, 2, 5)).toBe(NO_RANK);
    expect(table.rankOf(bytes, 0, 5)).toBe(NO_RANK);
  });

  it('should tell sequences of one hash apart', () => {
    const hash = hashOf(bytes, 1, 4);
    expect(table.find(bytes, 1, 4, hash)).toBe(301);
    expect(table.find(bytes, 2, 5, hash)).toBe(NO_RANK);
    expect(table.find(bytes, 1, 3, hash)).toBe(NO_RANK);
  });

  it('should give the bytes of a rank, and none in a gap', () => {
    expect([...table.bytesOf(301)]).toEqual([65, 66, 67]);
    expect(table.bytesOf(299)).toHaveLength(0);
    expect(table.size).toBe(302);
  });
});
