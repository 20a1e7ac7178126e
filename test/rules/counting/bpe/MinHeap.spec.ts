import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MinHeap } from '../../../../src/rules/counting/bpe/MinHeap.ts';

describe('MinHeap', () => {
  it('should return numbers in ascending order, and grow as needed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (keys) => {
        const heap = new MinHeap(2);
        for (const key of keys) heap.push(key);
        expect(heap.size).toBe(keys.length);
        expect(keys.map(() => heap.pop())).toEqual(keys.toSorted((a, b) => a - b));
        expect(heap.size).toBe(0);
      }),
    );
  });

  it('should accept numbers between removals', () => {
    const heap = new MinHeap(1);
    heap.push(3);
    heap.push(1);
    expect(heap.pop()).toBe(1);
    heap.push(2);
    expect([heap.pop(), heap.pop()]).toEqual([2, 3]);
  });
});
