import { describe, expect, it } from 'vitest';
import { Gauge } from '../../../src/rules/limits/Gauge.ts';

/** A limit of 60 that was seen full of nothing but our own long ago, with so much left. */
const gaugeWith = (dimension: 'rpm' | 'tpm', level: number): Gauge => {
  const gauge = new Gauge(dimension, 60, 0);
  gauge.shown(1, 0);
  gauge.take(60 - level, 0);
  gauge.bucket.arrive(60 - level);
  return gauge;
};

/** After the doubt of the beginning, with an answer that was heard right now. */
const LATER = 300_000;

describe('Gauge', () => {
  it.each(['rpm', 'tpm'] as const)('should be lowered by what was found at another limit: %s', (dimension) => {
    const gauge = gaugeWith(dimension, 50);
    gauge.correct(-20);
    expect(gauge.bucket.level).toBe(30);
    gauge.correct(50);
    expect(gauge.bucket.level).toBe(50);
  });

  it('should use everything when no other client takes anything', () => {
    const gauge = gaugeWith('rpm', 1);
    gauge.shown(2, LATER);
    expect(gauge.waitFor(1, 0, 0, LATER)).toBe(0);
  });

  it('should leave two requests alone when others ask as well, since answers show them rounded and late', () => {
    // A tenth of what flows in, one by one.
    const blame = (gauge: Gauge): void => {
      for (let i = 1; i <= 30; i++) gauge.blame(-1, 60 / 60_000, i < 30 ? 0 : LATER);
      gauge.shown(2, LATER);
    };
    const gauge = gaugeWith('rpm', 3);
    blame(gauge);
    // Half a second of overtaking, and the lump that was seen.
    expect(gauge.waitFor(1, 0, 0, LATER)).toBeGreaterThan(0);
    const tokens = gaugeWith('tpm', 3);
    blame(tokens);
    expect(tokens.waitFor(1, 0, 0, LATER)).toBe(0);
  });

  it('should let others take more than flows into a large bucket', () => {
    const gauge = new Gauge('rpd', 86_400, 0);
    gauge.shown(1, 0);
    gauge.take(1_000, 0);
    gauge.bucket.arrive(1_000);
    // Two in each second, of which one flows back.
    gauge.blame(-2 * 300, 1, 300_000);
    gauge.shown(2, 300_000);
    gauge.bucket.refill(300_000, 2);
    gauge.waitFor(1, 0, 0, 300_000);
    const { level, foreign } = gauge.bucket;
    expect(foreign).toBeGreaterThan(1 / 1_000);
    gauge.bucket.refill(310_000, 3);
    expect(gauge.bucket.level).toBeCloseTo(level + 10 - foreign * 10_000, 6);
    expect(gauge.bucket.level).toBeLessThan(level);
  });

  it('should doubt at first what others take, also where only another limit of the kind is shown', () => {
    const [hidden, shown] = [new Gauge('rpm', 60, 0), new Gauge('rpd', 86_400, 0)];
    hidden.take(50, 0);
    hidden.bucket.arrive(50);
    // Nobody knows yet when answers come, if they do.
    expect(hidden.waitFor(10, 0, 0, 0)).toBe(0);
    shown.shown(1, 0);
    hidden.share(shown);
    expect(hidden.waitFor(10, 0, 0, 0)).toBeGreaterThan(2_000);
    hidden.take(10, 0);
    hidden.bucket.arrive(10);
    hidden.bucket.refill(LATER, 2);
    shown.shown(3, LATER);
    hidden.share(shown);
    expect(hidden.waitFor(60, 0, 0, LATER)).toBe(0);
  });
});
