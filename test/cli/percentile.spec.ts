import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentile } from '../../src/cli/percentile.ts';

describe('percentile', () => {
  it('should return the nearest rank', () => {
    const numbers = [15, 20, 35, 40, 50];
    expect([0.05, 0.3, 0.4, 0.5, 1].map((part) => percentile(numbers, part))).toEqual([15, 20, 20, 35, 50]);
    expect(percentile([3], 0.95)).toBe(3);
    expect(percentile([2, 1], 0)).toBe(1);
    expect(percentile([], 0.5)).toBeUndefined();
  });

  it('should be the smallest number with that part of all numbers at or below it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 100 }),
        (numbers, hundredths) => {
          const part = hundredths / 100;
          const found = percentile(numbers, part) ?? Number.NaN;
          const upTo = (limit: number): number => numbers.filter((number) => number <= limit).length;
          expect(numbers).toContain(found);
          expect(upTo(found)).toBeGreaterThanOrEqual(part * numbers.length - 1e-9);
          expect(numbers.filter((number) => number < found).length).toBeLessThan(part * numbers.length + 1e-9);
        },
      ),
    );
  });
});
