import { describe, expect, it } from 'vitest';
import { Gauge } from '../../../src/rules/limits/Gauge.ts';

/** A limit of 60 at this level, which was shown long ago without foreign traffic. */
const gaugeWith = (dimension: 'rpm' | 'tpm', level: number): Gauge => {
  const gauge = new Gauge(dimension, 60, 0);
  gauge.shown(1, 0);
  gauge.take(60 - level, 0);
  gauge.bucket.arrive(60 - level);
  return gauge;
};

/** A time when the initial doubt has faded, with an answer at that moment. */
const LATER = 300_000;

describe('Gauge', () => {
  it.each(['rpm', 'tpm'] as const)(
    'should be lowered by a finding at another limit, and raised by at most as much: %s',
    (dimension) => {
      const gauge = gaugeWith(dimension, 50);
      gauge.correct(-20);
      expect(gauge.bucket.level).toBe(30);
      gauge.correct(50);
      expect(gauge.bucket.level).toBe(50);
    },
  );

  it('should use everything when no other client takes anything', () => {
    const gauge = gaugeWith('rpm', 1);
    gauge.shown(2, LATER);
    expect(gauge.waitFor(1, 0, 0, LATER)).toBe(0);
  });

  it('should hold two requests back when others use the account, since answers are rounded and late', () => {
    // Others take a tenth of the inflow, one request at a time.
    const blame = (gauge: Gauge): void => {
      for (let i = 1; i <= 30; i++) gauge.blame(-1, 60 / 60_000, i < 30 ? 0 : LATER);
      gauge.shown(2, LATER);
    };
    const gauge = gaugeWith('rpm', 3);
    blame(gauge);
    // Room for half a second of overtaking and for the lump that was found.
    expect(gauge.waitFor(1, 0, 0, LATER)).toBeGreaterThan(0);
    const tokens = gaugeWith('tpm', 3);
    blame(tokens);
    expect(tokens.waitFor(1, 0, 0, LATER)).toBe(0);
  });

  it('should let the share of others exceed the inflow of a large bucket', () => {
    const gauge = new Gauge('rpd', 86_400, 0);
    gauge.shown(1, 0);
    gauge.take(1_000, 0);
    gauge.bucket.arrive(1_000);
    // Others take two requests a second, and one a second flows in.
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

  it('should allow for unknown other clients at first, also where only another limit of the kind is shown', () => {
    const [hidden, shown] = [new Gauge('rpm', 60, 0), new Gauge('rpd', 86_400, 0)];
    hidden.take(50, 0);
    hidden.bucket.arrive(50);
    // No answer has been seen yet.
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
