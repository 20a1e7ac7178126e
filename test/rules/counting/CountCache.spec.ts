import { describe, expect, it } from 'vitest';
import { CountCache } from '../../../src/rules/counting/CountCache.ts';

function counting(capacity: number) {
  const counted: string[] = [];
  const cache = new CountCache((text) => {
    counted.push(text);
    return text.length;
  }, capacity);
  return { cache, counted };
}

const text = (i: number, length = 100): string => `${i} `.padEnd(length, 'x');

describe('CountCache', () => {
  it('should count an equal text only once', () => {
    const { cache, counted } = counting(10_000);
    expect(cache.count(text(1))).toBe(100);
    expect(cache.count(Buffer.from(text(1)).toString())).toBe(100);
    expect(counted).toHaveLength(1);
  });

  it('should not remember short texts', () => {
    const { cache, counted } = counting(10_000);
    cache.count('hi');
    cache.count('hi');
    expect(counted).toEqual(['hi', 'hi']);
  });

  it('should remember texts of 64 characters up to as many as it holds', () => {
    const { cache, counted } = counting(1_000);
    for (const length of [64, 1_000, 64]) expect(cache.count(text(1, length))).toBe(length);
    cache.count(text(1, 1_000));
    expect(counted.map(({ length }) => length)).toEqual([64, 1_000]);
    cache.count(text(1, 63));
    cache.count(text(1, 63));
    expect(counted.map(({ length }) => length)).toEqual([64, 1_000, 63, 63]);
  });

  it('should hold up to twice its capacity, to the last character', () => {
    const { cache, counted } = counting(300);
    for (let i = 1; i <= 6; i++) cache.count(text(i));
    cache.count(text(1));
    expect(counted).toHaveLength(6);
    const other = counting(300);
    for (let i = 1; i <= 7; i++) other.cache.count(text(i));
    other.cache.count(text(1));
    expect(other.counted).toHaveLength(8);
  });

  it('should keep texts that are used again, and forget the others', () => {
    const { cache, counted } = counting(1_000);
    for (let i = 0; i < 100; i++) {
      cache.count(text(0));
      cache.count(text(i));
    }
    expect(counted.filter((one) => one === text(0))).toHaveLength(1);
    counted.length = 0;
    cache.count(text(50));
    expect(counted).toHaveLength(1);
  });

  it('should not hold more than twice its capacity', () => {
    const { cache, counted } = counting(1_000);
    for (let i = 0; i < 1_000; i++) cache.count(text(i));
    counted.length = 0;
    for (let i = 999; i >= 0; i--) cache.count(text(i));
    expect(1_000 - counted.length).toBeLessThanOrEqual(20);
    expect(1_000 - counted.length).toBeGreaterThanOrEqual(10);
  });

  it('should not remember a text that is longer than its capacity', () => {
    const { cache, counted } = counting(1_000);
    cache.count(text(1, 1_001));
    cache.count(text(1, 1_001));
    expect(counted).toHaveLength(2);
  });
});
