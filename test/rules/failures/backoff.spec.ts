import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffDelay } from '../../../src/rules/failures/backoff.ts';

const defaults = { initialDelay: 100, maxDelay: 10_000 };

describe('backoffDelay', () => {
  it('should be random below a bound that doubles', () => {
    const bounds = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((retry) => backoffDelay(defaults, retry, 1));
    expect(bounds).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
    expect(backoffDelay(defaults, 3, 0)).toBe(0);
    expect(backoffDelay(defaults, 3, 0.5)).toBe(200);
    expect(backoffDelay(defaults, 1, 0.123456)).toBe(13);
  });

  it('should be 0 when no delay is configured, for any retry', () => {
    expect(backoffDelay({ initialDelay: 0, maxDelay: 10 }, 5_000, 0.5)).toBe(0);
    expect(backoffDelay({ initialDelay: 1, maxDelay: Infinity }, 5_000, 0)).toBe(0);
  });

  it('should be the time that the server asks for, plus a random delay', () => {
    expect(backoffDelay(defaults, 1, 0, 2_000)).toBe(2_000);
    expect(backoffDelay(defaults, 1, 0.5, 2_000)).toBe(2_050);
    expect(backoffDelay(defaults, 1, 0, 1_999.2)).toBe(2_000);
  });

  it('should be a whole number between the requested time and that time plus the longest delay', () => {
    const ms = fc.double({ min: 0, max: 1e9, noNaN: true });
    const chance = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
    fc.assert(
      fc.property(
        ms,
        ms,
        fc.integer({ min: 1, max: 1e9 }),
        chance,
        ms,
        (initialDelay, maxDelay, retry, draw, asked) => {
          const delay = backoffDelay({ initialDelay, maxDelay }, retry, draw, asked);
          expect(Number.isInteger(delay)).toBe(true);
          expect(delay).toBeGreaterThanOrEqual(asked);
          expect(delay).toBeLessThanOrEqual(Math.ceil(asked + maxDelay));
        },
      ),
    );
  });
});
