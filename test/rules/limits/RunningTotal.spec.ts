import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunningTotal } from '../../../src/rules/limits/RunningTotal.ts';

describe('RunningTotal', () => {
  it('should be 0 at first', () => {
    const total = new RunningTotal();
    expect([total.total, total.at(0), total.at(1e9)]).toEqual([0, 0, 0]);
  });

  it('should return the total at any moment', () => {
    const total = new RunningTotal();
    total.add(1, 0);
    total.add(10, 100);
    total.add(100, 200);
    expect([-1, 0, 99, 100, 150, 199, 200, 1_000].map((time) => total.at(time))).toEqual([
      0, 1, 1, 11, 11, 11, 111, 111,
    ]);
    expect(total.total).toBe(111);
  });

  it('should count additions within five milliseconds at the time of the first one', () => {
    const total = new RunningTotal();
    total.add(1, 0);
    total.add(10, 4);
    total.add(100, 5);
    expect([0, 4, 5].map((time) => total.at(time))).toEqual([11, 11, 111]);
    total.add(1_000, 104);
    total.add(10_000, 108);
    expect([103, 104, 108].map((time) => total.at(time))).toEqual([111, 11_111, 11_111]);
  });

  it('should remember five minutes, and only the sum of what came before', () => {
    const total = new RunningTotal();
    total.add(1, 0);
    total.add(10, 1_000);
    total.add(100, 301_000);
    expect([total.at(-1), total.at(0), total.at(999), total.at(1_000), total.at(301_000)]).toEqual([1, 1, 1, 11, 111]);
    total.add(1_000, 301_001 + 5);
    expect([total.at(0), total.at(1_000), total.at(301_000)]).toEqual([11, 11, 111]);
  });

  it('should agree with a complete list after a day of charges', () => {
    const total = new RunningTotal();
    const all: { readonly at: number; readonly sum: number }[] = [];
    for (let i = 0; i < 9_000; i++) {
      total.add(i % 7, i * 100);
      all.push({ at: i * 100, sum: total.total });
    }
    check(all.filter(({ at }) => at >= 900_000 - 300_000));
    function check(known: typeof all): void {
      fc.assert(
        fc.property(fc.integer({ min: 600_000, max: 901_000 }), (time) => {
          const expected = known.findLast(({ at }) => at <= time)?.sum ?? 0;
          expect(total.at(time)).toBe(expected);
        }),
      );
    }
    expect(total.at(0)).toBe(total.at(599_000));
  });
});
