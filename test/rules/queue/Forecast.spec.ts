import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cost } from '../../../src/model/Cost.ts';
import type { BucketLevel } from '../../../src/model/Limits.ts';
import type { Priority } from '../../../src/model/Priority.ts';
import { NO_COST } from '../../../src/rules/counting/cost.ts';
import { restingLevel } from '../../../src/rules/limits/restingLevel.ts';
import { Forecast } from '../../../src/rules/queue/Forecast.ts';

const bucket = (dimension: 'rpm' | 'tpm', limit: number, level: number, pausedFor = 0): BucketLevel => ({
  dimension,
  limit,
  level,
  rate: limit / 60_000,
  foreign: 0,
  pausedFor,
});

const cost = (requests: number, tokens = 0): Cost => ({ ...NO_COST, requests, tokens });

/** When each of some requests with one priority starts. */
function forecast(levels: readonly BucketLevel[], costs: readonly Cost[], priority: Priority = 'normal'): number[] {
  const each = new Forecast(levels);
  return costs.map((cost) => each.start({ cost, priority }));
}

/** When each request starts, found by simulating each millisecond. */
function simulated(levels: readonly BucketLevel[], costs: readonly Cost[]): number[] {
  const now = levels.map(({ level }) => level);
  let ms = 0;
  return costs.map((each) => {
    const units = levels.map(({ dimension }) => (dimension === 'rpm' ? each.requests : each.tokens));
    const fits = () =>
      levels.every(({ rate, pausedFor }, i) => {
        const needed = units[i] ?? 0;
        return needed === 0 || ((now[i] ?? 0) + rate * ms >= needed - 1e-6 && ms >= pausedFor);
      });
    while (!fits()) ms += 1;
    units.forEach((needed, i) => {
      now[i] = (now[i] ?? 0) - needed;
    });
    return ms;
  });
}

describe('Forecast', () => {
  it('should start requests at once while buckets hold their cost, and later ones as they refill', () => {
    expect(forecast([bucket('rpm', 30, 2)], [cost(1), cost(1), cost(1), cost(1)])).toEqual([0, 0, 2_000, 4_000]);
    expect(forecast([bucket('tpm', 6_000, 1_000)], [cost(1, 900), cost(1, 200), cost(1, 100)])).toEqual([
      0, 1_000, 2_000,
    ]);
  });

  it('should wait for the slowest bucket', () => {
    const levels = [bucket('rpm', 30, 1), bucket('tpm', 6_000, 0)];
    expect(forecast(levels, [cost(1, 100), cost(1, 100)])).toEqual([1_000, 2_000]);
  });

  it('should keep the order of arrival', () => {
    expect(forecast([bucket('tpm', 6_000, 100)], [cost(1, 500), cost(1, 1)])).toEqual([4_000, 4_010]);
    expect(forecast([bucket('tpm', 6_000, 100)], [cost(1, 500), cost(1, 0)])).toEqual([4_000, 4_000]);
  });

  it('should wait for the pause of a bucket, unless the request costs nothing there', () => {
    expect(forecast([bucket('tpm', 6_000, 6_000, 3_000)], [cost(1, 1), cost(1, 1)])).toEqual([3_000, 3_000]);
    expect(forecast([bucket('tpm', 6_000, 6_000, 3_000)], [cost(1, 0)])).toEqual([0]);
  });

  it('should leave what a bucket holds back, unless the bucket is full', () => {
    const held = { ...bucket('tpm', 6_000, 1_000), held: 200 };
    expect(forecast([held], [cost(1, 500), cost(1, 400), cost(1, 5_900)])).toEqual([0, 1_000, 59_000]);
    expect(forecast([{ ...held, level: 6_000 }], [cost(1, 6_000)])).toEqual([0]);
  });

  it('should not refill a full bucket', () => {
    // While a request waits for `rpm`, the bucket of `tpm` stays full.
    const slow = [bucket('rpm', 2, 1), bucket('tpm', 6_000, 6_000)];
    expect(forecast(slow, [cost(1, 10), cost(1, 10), cost(1, 6_000), cost(1, 6_000)])).toEqual([
      0, 30_000, 60_000, 120_000,
    ]);
    const resting = bucket('tpm', 6_000, 5_000, 600_000);
    expect(forecast([resting], [cost(1, 5_000), cost(1, 5_000)])).toEqual([600_000, 640_000]);
  });

  it('should wait only for the pause of a bucket without bounds', () => {
    expect(forecast([restingLevel(2_000)], [cost(1), cost(1, 1e9), cost(1)])).toEqual([2_000, 2_000, 2_000]);
  });

  it('should wait longer for a level below zero', () => {
    expect(forecast([bucket('rpm', 30, -1)], [cost(1)])).toEqual([4_000]);
  });

  it('should predict nothing without requests, and no wait without limits', () => {
    expect(forecast([bucket('rpm', 30, 0)], [])).toEqual([]);
    expect(forecast([], [cost(1, 1e9), cost(1)])).toEqual([0, 0]);
  });

  it('should match a simulation to the millisecond', () => {
    const level = fc.record({ rpm: fc.integer({ min: -3, max: 5 }), tpm: fc.integer({ min: -60, max: 100 }) });
    const costs = fc.array(fc.record({ tokens: fc.nat(90) }), { maxLength: 5 });
    fc.assert(
      fc.property(level, costs, fc.nat(2_000), ({ rpm, tpm }, jobs, pause) => {
        const levels = [bucket('rpm', 600, rpm), bucket('tpm', 6_000, tpm, pause)];
        const all = jobs.map(({ tokens }) => cost(1, tokens));
        const expected = simulated(levels, all);
        forecast(levels, all).forEach((ms, i) => {
          expect(Math.abs(ms - (expected[i] ?? Number.NaN))).toBeLessThanOrEqual(1);
        });
      }),
    );
  });
});
