import { describe, expect, it } from 'vitest';
import { type Sample, slope } from './slope.ts';

describe('slope', () => {
  it('should estimate the growth of noisy samples', () => {
    const strewn = (growth: number): Sample[] =>
      Array.from({ length: 100 }, (_, i) => [i, 1_000 + growth * i + (i % 2 === 0 ? 5 : -5)]);
    expect(slope(strewn(3))).toBeCloseTo(3, 1);
    expect(slope(strewn(0))).toBeCloseTo(0, 1);
    expect(slope(strewn(-2))).toBeCloseTo(-2, 1);
  });

  it('should be 0 for too few samples', () => {
    expect(slope([[1, 5]])).toBe(0);
  });
});
