import { describe, expect, it } from 'vitest';
import type { Mark } from '../../../src/rules/limits/Feedback.ts';
import { Gauge } from '../../../src/rules/limits/Gauge.ts';

/** A limit of tokens into which one flows in each millisecond, with so many left, all of which has arrived. */
const gaugeWith = (level: number): Gauge => {
  const gauge = new Gauge('tpm', 60_000, 0);
  gauge.take(60_000 - level, 0);
  gauge.bucket.arrive(60_000 - level);
  return gauge;
};

describe('the wait at a Gauge', () => {
  it('should be what flowing back takes, and no shorter than the rest that was asked for', () => {
    const gauge = gaugeWith(100);
    expect([gauge.waitFor(100, 0, 0, 0), gauge.waitFor(150, 0, 0, 0), gauge.waitFor(100, 7, 5, 0)]).toEqual([
      0, 50, 12,
    ]);
    gauge.pausedUntil = 30.5;
    expect([gauge.waitFor(100, 0, 0, 0), gauge.waitFor(150, 0, 0, 0)]).toEqual([31, 50]);
    expect([gauge.level(0, 0).pausedFor, gauge.level(0, 31).pausedFor]).toEqual([30.5, 0]);
  });

  it('should leave so much to others when it is over', () => {
    const gauge = gaugeWith(100);
    const spares = [gauge.spareIn(0, 60, 0, 0), gauge.spareIn(50, 150, 0, 0), gauge.spareIn(12, 107, 5, 0)];
    expect(spares).toEqual([40, 0, 0]);
    expect(gauge.spareIn(10, 500, 0, 0)).toBe(0);
    gauge.countWindows();
    expect([gauge.spareIn(1_000, 60, 0, 0), gauge.spareIn(1_000, 150, 0, 0)]).toEqual([40, 0]);
  });

  it('should be longer at first, while nothing is known of others, and no longer when that has faded', () => {
    const waitAt = (now: number): number => {
      const gauge = gaugeWith(10_000);
      gauge.shown(1, 0);
      gauge.shown(2, now);
      return gauge.waitFor(10_000, 0, 0, now);
    };
    // Six tenths of a second and a half, and half a second that answers do not show.
    expect(waitAt(0)).toBe(900 + 500);
    expect(waitAt(20_000)).toBe(Math.ceil(900 * Math.exp(-1) + 500));
    expect(waitAt(200_000)).toBe(1);
    expect(waitAt(200_001)).toBe(0);
  });

  it('should be no shorter by a clock that goes back', () => {
    const gauge = gaugeWith(10_000);
    gauge.shown(1, 3_600_000);
    expect(gauge.waitFor(10_000, 0, 0, 0)).toBe(gauge.waitFor(10_000, 0, 0, 3_600_000));
  });

  it('should grow with the time in which no answer has shown the level', () => {
    const gauge = gaugeWith(10_000);
    gauge.shown(1, 0);
    expect(gauge.waitFor(10_000, 0, 0, 1_000) - gauge.waitFor(10_000, 0, 0, 0)).toBeGreaterThan(500);
  });

  describe('beside others', () => {
    /** Others were seen to take half of what flows in, a long time after the beginning. */
    const beside = (): Gauge => {
      const gauge = gaugeWith(10_000);
      gauge.shown(1, 0);
      gauge.blame(-300_000, 1, 300_000);
      gauge.shown(2, 300_000);
      return gauge;
    };

    it('should believe in them for twenty seconds without an answer, and then less and less', () => {
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

    it('should believe in them for a minute more where nobody asks', () => {
      const gauge = beside();
      const until = [0, 5_000, 20_000, 50_000].map((unseen) => {
        gauge.waitFor(1, 0, 0, 300_000 + unseen);
        return gauge.bucket.foreignUntil - 300_000 - unseen;
      });
      expect(until).toEqual([80_000, 75_000, 60_000, 60_000]);
    });

    it('should be no longer than twenty seconds, since more will be known of them by then', () => {
      const gauge = beside();
      expect(gauge.waitFor(60_000, 0, 0, 300_000)).toBe(20_000);
      gauge.pausedUntil = 360_000;
      expect(gauge.waitFor(60_000, 0, 0, 300_000)).toBe(60_000);
      expect(gaugeWith(0).waitFor(60_000, 0, 0, 0)).toBe(60_000);
    });

    it('should leave room for a lump, but for no more than a tenth of the bucket', () => {
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

    it('should be believed at another limit of the kind, with what was shown there', () => {
      const other = new Gauge('tpd', 86_400_000, 0);
      other.share(beside());
      other.waitFor(1, 0, 0, 300_000);
      expect(other.bucket.foreign).toBeGreaterThan(0.9);
    });
  });
});

describe('a Gauge of a server that counts within windows', () => {
  it('should go by what came within a minute, also before that was known', () => {
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

  it('should wait for all of it to be forgotten where more is left alone than there would be', () => {
    const gauge = new Gauge('tpm', 1_000, 0);
    gauge.take(100, 0);
    gauge.countWindows();
    expect(gauge.waitFor(10, 1_000, 0, 1_000)).toBe(59_750);
  });

  it('should know from a level that was adopted what others have had', () => {
    const gauge = new Gauge('tpm', 1_000, 0);
    gauge.adoptLevel(300, 50, 0);
    expect(gauge.bucket.level).toBe(300);
    gauge.countWindows();
    expect(gauge.level(0, 0).level).toBe(300);
  });
});

describe('what a Gauge makes of an answer', () => {
  it('should be nothing at a limit that answers do not show', () => {
    const gauge = new Gauge('rpm', 60, 0);
    gauge.take(1, 0);
    expect(gauge.mark(1, 0)).toBeUndefined();
    const mark: Mark = { low: 60, high: 60, at: 0, aloneWith: undefined };
    expect([gauge.compare(mark, 0, true, 0), gauge.bucket.level]).toEqual([0, 59]);
  });

  it('should not be missed later when a level was not raised that is held below what the server allows', () => {
    const gauge = new Gauge('tpm', 200, 0);
    const marks = Array.from({ length: 10 }, () => {
      gauge.take(1, 0);
      return gauge.mark(1, 0) as Mark;
    });
    for (const mark of marks.slice(0, 8)) expect(gauge.compare(mark, 990, false, 0)).toBe(0);
    // Others have taken most of what the server had, but it still has more than we would take.
    for (const mark of marks.slice(8)) expect(gauge.compare(mark, 250, false, 0)).toBe(0);
    expect(gauge.bucket.level).toBe(190);
  });

  it('should know what is in flight beside it, until that is settled', () => {
    const gauge = new Gauge('tpm', 1_000, 0);
    gauge.take(100, 0);
    gauge.bucket.arrive(100);
    gauge.settle(100, 0, false, 0, 0);
    gauge.take(100, 0);
    gauge.bucket.arrive(100);
    expect(gauge.compare(gauge.mark(100, 0) as Mark, 900, true, 0)).toBe(100);
    expect(gauge.bucket.level).toBe(900);
  });

  it('should know what is in flight beside the answer that showed the limit first', () => {
    const gauge = new Gauge('tpm', 1_000, 0);
    gauge.adoptLevel(300, 50, 0);
    gauge.settle(50, 0, false, 0, 0);
    gauge.take(100, 0);
    gauge.bucket.arrive(100);
    // It is alone, so that what is left needs no other to agree.
    expect(gauge.compare(gauge.mark(100, 0) as Mark, 400, true, 0)).toBe(200);
    expect(gauge.bucket.level).toBe(400);
  });

  it('should take from tokens all that is still on its way, since what is refused of them comes back', () => {
    const [tokens, requests] = [new Gauge('tpm', 1_000, 0), new Gauge('rpm', 60, 0)];
    tokens.take(900, 0);
    expect([tokens.lowerTo(50), tokens.bucket.level]).toEqual([-950, -850]);
    requests.take(40, 0);
    expect([requests.lowerTo(10), requests.bucket.level]).toEqual([-21, -1]);
  });

  it('should follow a limit that has changed', () => {
    const gauge = new Gauge('tpm', 1_000, 0);
    gauge.take(100, 0);
    const mark = gauge.mark(100, 0) as Mark;
    gauge.resize(600);
    expect([gauge.compare(mark, 500, true, 0), gauge.bucket.level]).toEqual([0, 500]);
  });

  it('should know whether the bucket was full since an answer showed it', () => {
    const gauge = gaugeWith(0);
    expect(gauge.wasFull).toBe(false);
    gauge.bucket.refill(70_000, 5);
    expect(gauge.wasFull).toBe(true);
    expect(gauge.shown(6, 70_000)).toEqual({ at: 0, event: 0 });
    expect(gauge.wasFull).toBe(false);
    expect(gauge.shown(7, 70_001)).toEqual({ at: 70_000, event: 6 });
  });
});
