import { describe, expect, it } from 'vitest';
import { PieceCache } from '../../../../src/rules/counting/bpe/PieceCache.ts';
import { hashOf } from '../../../../src/rules/counting/bpe/rankTable.ts';
import { randomIntegers } from './randomText.ts';

describe('PieceCache', () => {
  it('should find a piece at any offset', () => {
    const cache = new PieceCache();
    const bytes = Uint8Array.of(9, 1, 2, 3, 9);
    const again = Uint8Array.of(1, 2, 3);
    const hash = hashOf(again, 0, 3);
    expect(cache.get(bytes, 1, 4, hash)).toBe(0);
    cache.set(bytes, 1, 4, hash, 2);
    expect(cache.get(again, 0, 3, hash)).toBe(2);
    expect(cache.get(bytes, 1, 4, hash)).toBe(2);
  });

  it('should distinguish pieces with the same hash', () => {
    const cache = new PieceCache();
    const bytes = Uint8Array.of(1, 2, 3, 4);
    cache.set(bytes, 0, 3, 7, 2);
    expect(cache.get(bytes, 1, 4, 7)).toBe(0);
    expect(cache.get(bytes, 0, 2, 7)).toBe(0);
  });

  it('should forget an overwritten piece, also when the new bytes are looked up with its hash', () => {
    const cache = new PieceCache();
    const first = new Uint8Array(256).fill(1);
    const other = new Uint8Array(256).fill(2);
    cache.set(first, 0, 256, 1, 64);
    for (let i = 0; i < 1_024; i++) cache.set(other, 0, 256, 2, 32);
    expect(cache.get(other, 0, 256, 1)).toBe(0);
    expect(cache.get(other, 0, 256, 2)).toBe(32);
  });

  it('should remember a piece until a quarter of a megabyte has followed', () => {
    const cache = new PieceCache();
    const [first, other] = [new Uint8Array(512).fill(1), new Uint8Array(512).fill(2)];
    cache.set(first, 0, 512, 1, 7);
    for (let i = 1; i < 512; i++) cache.set(other, 0, 512, 2, 8);
    expect([cache.get(first, 0, 512, 1), cache.get(other, 0, 512, 2)]).toEqual([7, 8]);
    cache.set(other, 0, 1, 3, 1);
    expect(cache.get(first, 0, 512, 1)).toBe(0);
  });

  it('should always find the newest piece, at any position', () => {
    const cache = new PieceCache();
    const bytes = Uint8Array.from({ length: 500 }, (_, i) => i);
    for (let i = 1; i <= 2_000; i++) {
      cache.set(bytes, 0, 500, i, i);
      expect(cache.get(bytes, 0, 500, i)).toBe(i);
    }
  });

  it('should never return a wrong count, however much it forgets', () => {
    const random = randomIntegers(5);
    const cache = new PieceCache();
    const bytes = Uint8Array.from({ length: 4_096 }, () => random(3));
    const truth = (from: number, to: number): number => 1 + ((from * 31 + to) % 200);
    const counts = new Map<string, number>();
    let hits = 0;
    for (let i = 0; i < 40_000; i++) {
      const from = random(3_500);
      const to = from + 2 + random(600);
      const key = bytes.subarray(from, to).join('');
      const hash = hashOf(bytes, from, to) & 0xffff;
      const found = cache.get(bytes, from, to, hash);
      if (found > 0) {
        hits++;
        expect(found).toBe(counts.get(key));
      }
      const count = counts.get(key) ?? truth(from, to);
      counts.set(key, count);
      cache.set(bytes, from, to, hash, count);
    }
    expect(hits).toBeGreaterThan(0);
  });

  it('should not remember very long pieces', () => {
    const cache = new PieceCache();
    const bytes = new Uint8Array(513);
    cache.set(bytes, 0, 513, 1, 65);
    cache.set(bytes, 0, 512, 2, 64);
    expect(cache.get(bytes, 0, 513, 1)).toBe(0);
    expect(cache.get(bytes, 0, 512, 2)).toBe(64);
  });
});
