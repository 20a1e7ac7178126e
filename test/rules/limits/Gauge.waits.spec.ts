import { describe, expect, it } from 'vitest';
import type { Mark } from '../../../src/rules/limits/Feedback.ts';
import { Gauge } from '../../../src/rules/limits/Gauge.ts';

/** A token limit with an inflow of one a millisecond, at this level, with nothing in flight. */
const gaugeWith = (level: number): Gauge => {
  const gauge = new Gauge('tpm', 60_000, 0);
  gauge.take(60_000 - level, 0);
  gauge.bucket.arrive(60_000 - level);
  return gauge;
};

describe('the wait at a Gauge', () => {
  it('should be the time to refill, and at least the pause', () => {
    const gauge = gaugeWith(100);
    expect([gauge.waitFor(100, 0, 0, 0), gauge.waitFor(150, 0, 0, 0), gauge.waitFor(100, 7, 5, 0)]).toEqual([
      0, 50, 12,
    ]);
    gauge.pausedUntil = 30.5;
    expect([gauge.waitFor(100, 0, 0, 0), gauge.waitFor(150, 0, 0, 0)]).toEqual([31, 50]);
    expect([gauge.level(0, 0).pausedFor, gauge.level(0, 31).pausedFor]).toEqual([30.5, 0]);
  });

  it('should report the units that are spare after a wait', () => {
    const gauge = gaugeWith(100);
    const spares = [gauge.spareIn(0, 60, 0, 0), gauge.spareIn(50, 150, 0, 0), gauge.spareIn(12, 107, 5, 0)];
    expect(spares).toEqual([40, 0, 0]);
    expect(gauge.spareIn(10, 500, 0, 0)).toBe(0);
    gauge.countWindows();
    expect([gauge.spareIn(1_000, 60, 0, 0), gauge.spareIn(1_000, 150, 0, 0)]).toEqual([40, 0]);
  });

  it('should be longer while nothing is known of other clients, until that doubt has faded', () => {
    const waitAt = (now: number): number => {
      const gauge = gaugeWith(10_000);
      gauge.shown(1, 0);
      gauge.shown(2, now);
      return gauge.waitFor(10_000, 0, 0, now);
    };
    // 0.6 of 1,500 ms, and 500 ms that answers do not show.
    expect(waitAt(0)).toBe(900 + 500);
    expect(waitAt(20_000)).toBe(Math.ceil(900 * Math.exp(-1) + 500));
    expect(waitAt(200_000)).toBe(1);
    expect(waitAt(200_001)).toBe(0);
  });

  it('should not get shorter when the clock goes back', () => {
    const gauge = gaugeWith(10_000);
    gauge.shown(1, 3_600_000);
    expect(gauge.waitFor(10_000, 0, 0, 0)).toBe(gauge.waitFor(10_000, 0, 0, 3_600_000));
  });

  it('should grow with the time since an answer last showed the level', () => {
    const gauge = gaugeWith(10_000);
    gauge.shown(1, 0);
    expect(gauge.waitFor(10_000, 0, 0, 1_000) - gauge.waitFor(10_000, 0, 0, 0)).toBeGreaterThan(500);
  });

  describe('with other clients', () => {
    /** A gauge that has found foreign traffic, long after the start. */
    const beside = (): Gauge => {
      const gauge = gaugeWith(10_000);
      gauge.shown(1, 0);
      gauge.blame(-300_000, 1, 300_000);
      gauge.shown(2, 300_000);
      return gauge;
    };

    it('should trust the estimate of others for twenty seconds without an answer, then let it decay', () => {
      const gauge = beside();
      const believed = [0, 20_000, 80_000, 140_000].map((unseen) => {
        gauge.waitFor(1, 0, 0, 300_000 + unseen);
        return gauge.bucket.foreign;
      });
      expect(believed[0]).toBeGreaterThan(0.9);
      expect(believed[1]).toBe(believed[0]);
      expect(believed[2]).toBeCloseTo((believed[0] ?? 0) * Math.exp(-1), 9);
      expect(believed[3]).toBeCloseTo((believed[0] ?? 0) * Math.exp(-2), 9);
    });

    it('should apply the share of others for at least another minute when no wait is asked for', () => {
      const gauge = beside();
      const until = [0, 5_000, 20_000, 50_000].map((unseen) => {
        gauge.waitFor(1, 0, 0, 300_000 + unseen);
        return gauge.bucket.foreignUntil - 300_000 - unseen;
      });
      expect(until).toEqual([80_000, 75_000, 60_000, 60_000]);
    });

    it('should be at most twenty seconds because of others, unless a pause is longer', () => {
      const gauge = beside();
      expect(gauge.waitFor(60_000, 0, 0, 300_000)).toBe(20_000);
      gauge.pausedUntil = 360_000;
      expect(gauge.waitFor(60_000, 0, 0, 300_000)).toBe(60_000);
      expect(gaugeWith(0).waitFor(60_000, 0, 0, 0)).toBe(60_000);
    });

    it('should leave room for the largest lump, at most a tenth of the bucket', () => {
      const waitAfter = (lump: number): number => {
        const gauge = gaugeWith(10_000);
        gauge.shown(1, 0);
        gauge.blame(0, 1, 300_000);
        gauge.blame(-lump, 1, 300_001);
        gauge.shown(2, 300_001);
        return gauge.waitFor(10_000, 0, 0, 300_001);
      };
      expect([waitAfter(0), waitAfter(2_000), waitAfter(50_000)]).toEqual([0, 2_000, 6_000]);
    });

    it('should use the share of others found at another limit of the kind', () => {
      const other = new Gauge('tpd', 86_400_000, 0);
      other.share(beside());
      other.waitFor(1, 0, 0, 300_000);
      expect(other.bucket.foreign).toBeGreaterThan(0.9);
    });
  });
});

describe('a Gauge of a server that counts in windows', () => {
  it('should count the charges within the last minute, also those from before the switch to windows', () => {
    const gauge = new Gauge('tpm', 1_000, 0);
    gauge.take(600, 0);
    gauge.bucket.arrive(600);
    gauge.settle(600, 100, false, 0, 5_000);
    gauge.bucket.foreign = 0.001;
    gauge.countWindows();
    expect(gauge.level(0, 10_000)).toMatchObject({ limit: 1_000, level: 500, foreign: 0 });
    expect(gauge.waitFor(500, 0, 0, 10_000)).toBe(0);
    expect(gauge.waitFor(500, 1, 0, 10_000)).toBe(50_750);
    expect(gauge.level(0, 60_750).level).toBe(1_000);
    gauge.pausedUntil = 70_000;
    expect(gauge.waitFor(1, 0, 0, 10_000)).toBe(60_000);
  });

  it('should wait until all charges have left the window when the margin exceeds the limit', () => {
    const gauge = new Gauge('tpm', 1_000, 0);
    gauge.take(100, 0);
    gauge.countWindows();
    expect(gauge.waitFor(10, 1_000, 0, 1_000)).toBe(59_750);
  });

  it('should derive the usage of others from an adopted level', () => {
    const gauge = new Gauge('tpm', 1_000, 0);
    gauge.adoptLevel(300, 50, 0);
    expect(gauge.bucket.level).toBe(300);
    gauge.countWindows();
    expect(gauge.level(0, 0).level).toBe(300);
  });
});

describe('comparing a Gauge with an answer', () => {
  it('should change nothing at a limit that answers do not show', () => {
    const gauge = new Gauge('rpm', 60, 0);
    gauge.take(1, 0);
    expect(gauge.mark(1, 0)).toBeUndefined();
    const mark: Mark = { low: 60, high: 60, at: 0, aloneWith: undefined };
    expect([gauge.compare(mark, 0, true, 0), gauge.bucket.level]).toEqual([0, 59]);
  });

  it('should not find units missing later when a ceiling kept the level from being raised', () => {
    const gauge = new Gauge('tpm', 200, 0);
    const marks = Array.from({ length: 10 }, () => {
      gauge.take(1, 0);
      return gauge.mark(1, 0) as Mark;
    });
    for (const mark of marks.slice(0, 8)) expect(gauge.compare(mark, 990, false, 0)).toBe(0);
    // Others have taken most of the server's level, but it is still above the ceiling.
    for (const mark of marks.slice(8)) expect(gauge.compare(mark, 250, false, 0)).toBe(0);
    expect(gauge.bucket.level).toBe(190);
  });

  it('should count other reservations as in flight until they are settled', () => {
    const gauge = new Gauge('tpm', 1_000, 0);
    gauge.take(100, 0);
    gauge.bucket.arrive(100);
    gauge.settle(100, 0, false, 0, 0);
    gauge.take(100, 0);
    gauge.bucket.arrive(100);
    expect(gauge.compare(gauge.mark(100, 0) as Mark, 900, true, 0)).toBe(100);
    expect(gauge.bucket.level).toBe(900);
  });

  it('should not count the request that showed the limit first as in flight after it was settled', () => {
    const gauge = new Gauge('tpm', 1_000, 0);
    gauge.adoptLevel(300, 50, 0);
    gauge.settle(50, 0, false, 0, 0);
    gauge.take(100, 0);
    gauge.bucket.arrive(100);
    // It is alone in flight, so one answer is enough.
    expect(gauge.compare(gauge.mark(100, 0) as Mark, 400, true, 0)).toBe(200);
    expect(gauge.bucket.level).toBe(400);
  });

  it('should assume that all tokens on the way are admitted, since refused tokens are given back', () => {
    const [tokens, requests] = [new Gauge('tpm', 1_000, 0), new Gauge('rpm', 60, 0)];
    tokens.take(900, 0);
    expect([tokens.lowerTo(50), tokens.bucket.level]).toEqual([-950, -850]);
    requests.take(40, 0);
    expect([requests.lowerTo(10), requests.bucket.level]).toEqual([-21, -1]);
  });

  it('should follow a changed limit', () => {
    const gauge = new Gauge('tpm', 1_000, 0);
    gauge.take(100, 0);
    const mark = gauge.mark(100, 0) as Mark;
    gauge.resize(600);
    expect([gauge.compare(mark, 500, true, 0), gauge.bucket.level]).toEqual([0, 500]);
  });

  it('should know whether the bucket was full since an answer last showed it', () => {
    const gauge = gaugeWith(0);
    expect(gauge.wasFull).toBe(false);
    gauge.bucket.refill(70_000, 5);
    expect(gauge.wasFull).toBe(true);
    expect(gauge.shown(6, 70_000)).toEqual({ at: 0, event: 0 });
    expect(gauge.wasFull).toBe(false);
    expect(gauge.shown(7, 70_001)).toEqual({ at: 70_000, event: 6 });
  });
});
