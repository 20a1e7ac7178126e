import { describe, expect, it } from 'vitest';
import { LruMap } from '../../src/rules/LruMap.ts';

const mapOf = <V>(max: number, values: readonly V[], isFree?: (value: V) => boolean) => {
  const map = new LruMap<V, V>(max, isFree);
  for (const value of values) map.set(value, value);
  return { map, keys: () => [...values].filter((value) => map.get(value) !== undefined) };
};

describe('LruMap', () => {
  it('should forget the entry that was set least recently', () => {
    const { map, keys } = mapOf(3, ['a', 'b', 'c']);
    map.set('a', 'a');
    map.set('d', 'd');
    expect([keys(), map.get('d'), map.size]).toEqual([['a', 'c'], 'd', 3]);
  });

  it('should not count a read as a use', () => {
    const { map, keys } = mapOf(2, ['a', 'b']);
    map.get('a');
    map.set('c', 'c');
    expect(keys()).toEqual(['b']);
  });

  it('should keep entries that are not free, and shrink again when they are', () => {
    let allAreFree = false;
    const { map, keys } = mapOf(2, [1, 3, 5, 7, 9], (value) => allAreFree || value % 2 === 0);
    expect(keys()).toEqual([1, 3, 5, 7, 9]);
    map.set(2, 2);
    map.set(4, 4);
    expect(map.size).toBeGreaterThan(5);
    allAreFree = true;
    for (const value of [10, 12, 14, 16, 18]) map.set(value, value);
    expect([map.size, map.get(18), map.get(16)]).toEqual([2, 18, 16]);
  });
});
