import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Heap } from '../../../src/rules/queue/Heap.ts';

interface Item {
  value: number;
  index: number;
}

const heapOf = (values: readonly number[]): { readonly heap: Heap<Item>; readonly items: readonly Item[] } => {
  const heap = new Heap<Item>(
    (a, b) => a.value < b.value,
    (item, index) => {
      item.index = index;
    },
  );
  const items = values.map((value) => ({ value, index: -1 }));
  for (const item of items) heap.push(item);
  return { heap, items };
};

const drain = (heap: Heap<Item>): number[] => {
  const values: number[] = [];
  for (let first = heap.peek(); first !== undefined; first = heap.peek()) {
    values.push(first.value);
    heap.removeAt(first.index);
  }
  return values;
};

const ascending = (a: number, b: number): number => a - b;

describe('Heap', () => {
  it('should be empty at first, and ignore removals and updates then', () => {
    const { heap } = heapOf([]);
    heap.removeAt(0);
    heap.update(0);
    expect([heap.size, heap.peek(), [...heap]]).toEqual([0, undefined, []]);
  });

  it('should ignore an index that does not exist', () => {
    const { heap } = heapOf([1, 2]);
    for (const index of [-1, 2]) {
      heap.removeAt(index);
      heap.update(index);
    }
    expect(drain(heap)).toEqual([1, 2]);
  });

  it('should return its items in ascending order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (values) => {
        const { heap } = heapOf(values);
        expect(heap.size).toBe(values.length);
        expect([...heap].map(({ value }) => value).sort(ascending)).toEqual(values.toSorted(ascending));
        expect([...heap.inOrder()].map(({ value }) => value)).toEqual(values.toSorted(ascending));
        expect(drain(heap)).toEqual(values.toSorted(ascending));
      }),
    );
  });

  it('should remove or reorder any item', () => {
    const change = fc.record({ which: fc.nat(), to: fc.option(fc.integer({ min: 0, max: 50 })) });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 })), fc.array(change), (values, changes) => {
        const { heap, items } = heapOf(values);
        let left = [...items];
        for (const { which, to } of changes) {
          const item = left[which % left.length];
          if (item === undefined) break;
          if (to === null) {
            heap.removeAt(item.index);
            left = left.filter((other) => other !== item);
            expect(item.index).toBe(-1);
          } else {
            item.value = to;
            heap.update(item.index);
          }
          // Each item knows its index.
          expect([...heap].map(({ index }) => index)).toEqual(left.map((_, i) => i));
          expect(heap.peek()?.value ?? Infinity).toBe(Math.min(...left.map(({ value }) => value)));
        }
        expect(drain(heap)).toEqual(left.map(({ value }) => value).sort(ascending));
      }),
    );
  });

  it('should not move items that arrive in order', () => {
    let moved = 0;
    const heap = new Heap<number>(
      (a, b) => a < b,
      () => {
        moved += 1;
      },
    );
    for (let i = 0; i < 100; i++) heap.push(i);
    expect(moved).toBe(100);
  });
});
