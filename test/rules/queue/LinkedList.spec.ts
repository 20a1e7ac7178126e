import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Linked, LinkedList } from '../../../src/rules/queue/LinkedList.ts';

interface Item extends Linked<Item> {
  readonly name: number;
}

const item = (name: number): Item => ({ name, previous: undefined, next: undefined });

/** The names of the items, from either end. */
const names = (list: LinkedList<Item>): number[] => [...list].map(({ name }) => name);
const backwards = (list: LinkedList<Item>): number[] => {
  const found: number[] = [];
  for (let at = list.last; at !== undefined; at = at.previous) found.push(at.name);
  return found;
};

describe('LinkedList', () => {
  it('should be empty at first', () => {
    const list = new LinkedList<Item>();
    expect([list.first, list.last, names(list)]).toEqual([undefined, undefined, []]);
  });

  it('should hold the items that were added and not removed, in order of addition', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 9 })), (moves) => {
        const list = new LinkedList<Item>();
        const items = Array.from({ length: 10 }, (_, name) => item(name));
        // The same with an array.
        const expected: number[] = [];
        for (const name of moves) {
          const at = expected.indexOf(name);
          if (at < 0) {
            list.push(items[name] as Item);
            expected.push(name);
          } else {
            list.remove(items[name] as Item);
            expected.splice(at, 1);
          }
          expect(names(list)).toEqual(expected);
          expect(backwards(list)).toEqual(expected.toReversed());
          expect([list.first?.name, list.last?.name]).toEqual([expected[0], expected.at(-1)]);
        }
      }),
    );
  });

  it('should unlink a removed item from all others', () => {
    const list = new LinkedList<Item>();
    const items = [item(0), item(1), item(2)] as const;
    for (const each of items) list.push(each);
    for (const each of [items[1], items[0], items[2]]) {
      list.remove(each);
      expect([each.previous, each.next]).toEqual([undefined, undefined]);
    }
  });
});
