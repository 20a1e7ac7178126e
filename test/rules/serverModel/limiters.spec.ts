import { describe, expect, it } from 'vitest';
import { bucketLimiter } from '../../../src/rules/serverModel/bucketLimiter.ts';
import { fixedLimiter } from '../../../src/rules/serverModel/fixedLimiter.ts';
import type { Limiter } from '../../../src/rules/serverModel/Limiter.ts';
import { slidingLimiter } from '../../../src/rules/serverModel/slidingLimiter.ts';

const MINUTE = 60_000;

describe.each<[string, (limit: number) => Limiter]>([
  ['bucket', (limit) => bucketLimiter(limit, MINUTE, '2026')],
  ['fixed', (limit) => fixedLimiter(limit, MINUTE)],
  ['sliding', (limit) => slidingLimiter(limit, MINUTE)],
])('a limiter: %s', (_shape, make) => {
  it('should admit up to the last unit without a wait', () => {
    const limiter = make(100);
    limiter.charge(0, 40);
    expect([limiter.fits(0, 60), limiter.wait(0, 60)]).toEqual([true, 0]);
    expect(limiter.fits(0, 61)).toBe(false);
    expect(limiter.wait(0, 61)).toBeGreaterThan(0);
    expect(limiter.wait(0, 61)).toBeLessThanOrEqual(MINUTE);
  });

  it('should count from the charge, without an earlier call', () => {
    const limiter = make(100);
    limiter.charge(0, 50);
    limiter.charge(2 * MINUTE, 30);
    expect([limiter.used(2 * MINUTE), limiter.used(3 * MINUTE)]).toEqual([30, 0]);
  });

  it('should keep its reset time when a charge is settled as it was', () => {
    const limiter = make(60);
    const charge = limiter.charge(0, 60);
    limiter.settle(1_000, charge, 60);
    expect(limiter.show(1_000).reset).toBe(59_000);
  });

  it('should ignore a clock that goes back', () => {
    const limiter = make(100);
    limiter.charge(30_000, 60);
    const { used, reset } = limiter.show(30_000);
    expect(limiter.show(10_000)).toMatchObject({ used, reset });
  });
});

describe('slidingLimiter', () => {
  it('should report a wait of a window for a cost that never fits', () => {
    const limiter = slidingLimiter(100, MINUTE);
    limiter.charge(0, 40);
    expect(limiter.wait(10_000, 101)).toBe(MINUTE);
    expect(limiter.wait(10_000, 100)).toBe(50_000);
  });

  it('should report only the usage that is still in the window', () => {
    const limiter = slidingLimiter(10_000, MINUTE);
    for (let i = 0; i < 5_000; i++) limiter.charge(i * 100, 1);
    expect(limiter.show(499_900)).toEqual({ limit: 10_000, used: 600, remaining: 9_400, reset: MINUTE });
    expect(limiter.show(499_900 + MINUTE)).toEqual({ limit: 10_000, used: 0, remaining: 10_000, reset: 0 });
  });
});
