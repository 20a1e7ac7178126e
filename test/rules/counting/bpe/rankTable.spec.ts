import o200k from 'js-tiktoken/ranks/o200k_base';
import { describe, expect, it } from 'vitest';
import { createRankTable, hashOf, NO_RANK } from '../../../../src/rules/counting/bpe/rankTable.ts';

const base64 = (bytes: readonly number[]): string => Buffer.from(bytes).toString('base64');
const singles = Array.from({ length: 256 }, (_, byte) => base64([byte]));

describe('createRankTable', () => {
  it('should take 6 to 10 MB for o200k', () => {
    const { byteLength } = createRankTable(o200k.bpe_ranks);
    expect(byteLength).toBeGreaterThan(6e6);
    expect(byteLength).toBeLessThan(10e6);
  });

  it('should find every token of a vocabulary at any offset, and nothing else', () => {
    const letters = ['a', 'b', 'c', 'd'];
    const grow = (words: string[]): string[] => words.flatMap((word) => letters.map((letter) => word + letter));
    const pairs = grow(letters);
    const triples = grow(pairs);
    const words = ['the longest of all', ...grow(grow(triples)), ...grow(triples), ...triples, ...pairs, 'xyz', 'xx'];
    const encoded = words.map((word) => Buffer.from(word).toString('base64'));
    const { rankOf, find, bytesOf, size } = createRankTable(`! 0 ${singles.join(' ')} ${encoded.join(' ')}`);
    expect(size).toBe(256 + words.length);
    words.forEach((word, i) => {
      const text = Buffer.from(`>${word}<`);
      const found = [
        rankOf(text, 1, text.length - 1),
        find(text, 1, text.length - 1, hashOf(text, 1, text.length - 1)),
        Buffer.from(bytesOf(256 + i)).toString(),
      ];
      expect(found).toEqual([256 + i, 256 + i, word]);
    });
    for (const other of ['xy', 'yz', 'ae', 'abcde', 'aaaaaa', 'the longest of', 'the longest of all!']) {
      expect([other, rankOf(Buffer.from(other), 0, other.length)]).toEqual([other, NO_RANK]);
    }
    for (let byte = 0; byte < 256; byte++) expect(rankOf(Uint8Array.of(byte), 0, 1)).toBe(byte);
  });

  it('should find nothing for an empty range, also when the vocabulary has a gap', () => {
    const { rankOf } = createRankTable(`! 0 ${singles.join(' ')}\n! 2000 ${base64([65, 66])}`);
    expect(rankOf(Uint8Array.of(65, 66), 1, 1)).toBe(NO_RANK);
    expect(rankOf(Uint8Array.of(65, 66), 0, 2)).toBe(2_000);
  });

  it('should report missing bytes', () => {
    expect(() => createRankTable(`! 0 ${singles.slice(1).join(' ')} ${base64([65, 66])}`)).toThrow(
      'The ranks must hold each of the 256 bytes as a token, got 255 of them among 256 tokens. Pass `bpe_ranks` of js-tiktoken/ranks/o200k_base as it is.',
    );
  });

  const table = createRankTable(`! 0 ${singles.join(' ')}\n! 300 ${base64([65, 66])} ${base64([65, 66, 67])}`);
  const bytes = Uint8Array.of(64, 65, 66, 67, 68);

  it('should find its tokens, alone and within other bytes', () => {
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

  it('should distinguish sequences with the same hash', () => {
    const hash = hashOf(bytes, 1, 4);
    expect(table.find(bytes, 1, 4, hash)).toBe(301);
    expect(table.find(bytes, 2, 5, hash)).toBe(NO_RANK);
    expect(table.find(bytes, 1, 3, hash)).toBe(NO_RANK);
  });

  it('should return the bytes of a rank, and none in a gap', () => {
    expect([...table.bytesOf(301)]).toEqual([65, 66, 67]);
    expect(table.bytesOf(299)).toHaveLength(0);
    expect(table.size).toBe(302);
  });
});
