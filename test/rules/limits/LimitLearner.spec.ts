import { describe, expect, it } from 'vitest';
import type { LimitHeaders } from '../../../src/model/LimitHeaders.ts';
import type { BucketLevel, Limits } from '../../../src/model/Limits.ts';
import type { Rejection } from '../../../src/model/Outcome.ts';
import type { Reservation } from '../../../src/model/Reservation.ts';
import { LimitMirror, type LimitMirrorConfig } from '../../../src/rules/limits/LimitMirror.ts';
import { tokens } from '../../util/jobs.ts';
import { seeded } from '../../util/random.ts';
import { reservations } from '../../util/stores.ts';

const HOUR = 3_600_000;

/** A mirror that learns, with times set by hand. */
const learning = (limits: Limits, config: Partial<LimitMirrorConfig> = {}) => {
  const make = reservations();
  const mirror = new LimitMirror({ limits, ceilings: {}, plans: [], margin: 0, keeps: false, probe: 0, ...config }, 0);
  const take = (units: number, now = 0): Reservation => {
    const reservation = make(tokens(units));
    expect(mirror.reserve(reservation, now)).toEqual({ type: 'granted' });
    mirror.sent(reservation, now);
    return reservation;
  };
  const bucket = (dimension: keyof Limits, now = 0): BucketLevel | undefined =>
    mirror.levels(now).find((each) => each.dimension === dimension);
  const level = (dimension: keyof Limits, now = 0): number | undefined => bucket(dimension, now)?.level;
  const waitFor = (units: number, now = 0): number => {
    const verdict = mirror.reserve(make(tokens(units)), now);
    return verdict.type === 'wait' ? verdict.ms : 0;
  };
  /** Sends a request that is answered with these headers. */
  const answered = (units: number, now: number, headers: LimitHeaders): Reservation => {
    const reservation = take(units, now);
    mirror.learn(reservation, headers, now);
    return reservation;
  };
  const rejected = (rejection: Rejection, now = 0, units = 10): void => {
    mirror.settle(take(units, now), { type: 'rejected', ...rejection }, now);
  };
  return { mirror, take, bucket, level, waitFor, answered, rejected };
};

describe('LimitLearner', () => {
  it('should adopt the limit that the server reports for a request above it', () => {
    const { mirror, take, bucket } = learning({ tpm: 8_000 });
    const before = mirror.revision;
    const refused = { ...tokens(0), requests: 1 };
    mirror.settle(take(7_000), { type: 'used', cost: refused, told: { dimension: 'tpm', limit: 6_000 } }, 0);
    expect([bucket('tpm')?.limit, bucket('tpm')?.level, mirror.revision]).toEqual([6_000, 6_000, before + 1]);
  });

  it('should raise a limit after a request above it was served, but not when that request used no tokens', () => {
    const { mirror, take, bucket } = learning({ tpm: 8_000 });
    const refused = { ...tokens(0), requests: 1 };
    const limits = [tokens(1), refused].map((cost) => {
      mirror.settle(take(100), { type: 'used', cost: refused, told: { dimension: 'tpm', limit: 100 } }, 0);
      mirror.settle(take(200, 400_000), { type: 'used', cost }, 400_000);
      return bucket('tpm', 400_000)?.limit;
    });
    expect(limits).toEqual([8_000, 100]);
  });

  it('should not count more requests as admitted since a 429 than were left', () => {
    const { mirror, take, answered, level } = learning({ rpm: 20, rpd: 14_400 });
    const refused = take(1, 0);
    for (let i = 1; i <= 8; i++) answered(1, i, {});
    const full: Rejection = { dimension: 'rpm', limit: 20, used: 20, requested: 1, ms: 1 };
    mirror.settle(refused, { type: 'rejected', ...full }, 150);
    expect(level('rpm', 150)).toBe(0);
  });

  it('should show a pause also when no limit is known', () => {
    const { mirror, rejected } = learning({});
    rejected({ ms: 3_000 }, 1_000);
    expect(mirror.levels(2_000)).toMatchObject([{ level: Infinity, pausedFor: 2_000 }]);
    expect(mirror.levels(4_000)).toEqual([]);
  });

  it('should hold back at most a minute of inflow of a daily limit for a lump that others took', () => {
    const { answered, bucket, waitFor } = learning({ tpd: 864_000, rpd: 86_400 });
    for (const [at, remaining] of [
      [0, 86_399],
      [600_000, 40_000],
    ] as const) {
      answered(1, at, { rpd: { limit: 86_400, remaining } });
    }
    expect(waitFor(1, 2_400_000)).toBe(0);
    expect(bucket('rpd', 2_400_000)?.held).toBeLessThan(70);
  });

  describe('from an answer', () => {
    it('should adopt unknown limits with their remaining units', () => {
      const { answered, level, bucket } = learning({});
      answered(100, 0, { tpm: { limit: 8_000, remaining: 7_000 }, rpd: { limit: 1_000, remaining: 990 } });
      expect([level('tpm'), level('rpd'), bucket('tpm')?.limit]).toEqual([7_000, 990, 8_000]);
    });

    it('should settle the request at the limits that its own answer has shown', () => {
      const { mirror, answered, level } = learning({});
      const first = answered(100, 0, { tpm: { limit: 8_000, remaining: 7_000 } });
      mirror.settle(first, { type: 'used', cost: tokens(40) }, 0);
      expect(level('tpm')).toBe(7_060);
    });

    it('should not settle earlier reservations at a new limit, whose level includes them already', () => {
      const { mirror, take, answered, level } = learning({});
      const before = take(500);
      answered(100, 0, { tpm: { limit: 8_000, remaining: 7_000 } });
      mirror.settle(before, { type: 'used', cost: tokens(0) }, 0);
      expect(level('tpm')).toBe(7_000);
    });

    it('should take the level of a new limit from the lowest of the answers to requests from before', () => {
      const { mirror, take, level } = learning({ rpd: 1_000 });
      const [first, second, third] = [take(100), take(100), take(100)] as const;
      mirror.learn(first, { tpm: { limit: 6_000, remaining: 4_000 } }, 0);
      // Since the limit became known, 1,000 tokens have flowed in.
      mirror.learn(second, { tpm: { limit: 6_000, remaining: 3_000 } }, 10_000);
      expect(level('tpm', 10_000)).toBe(4_000);
      mirror.learn(third, { tpm: { limit: 6_000, remaining: 3_500 } }, 10_000);
      expect(level('tpm', 10_000)).toBe(4_000);
      // The level includes all three charges, so each gives its unused tokens back.
      for (const each of [first, second, third]) mirror.settle(each, { type: 'used', cost: tokens(40) }, 10_000);
      expect(level('tpm', 10_000)).toBe(4_180);
    });

    it('should ignore a late answer to a request from before a limit was known, if the bucket has filled up since', () => {
      const { mirror, take, level } = learning({});
      const [first, second] = [take(100), take(100)] as const;
      mirror.learn(first, { tpm: { limit: 6_000, remaining: 4_000 } }, 0);
      mirror.learn(second, { tpm: { limit: 6_000, remaining: 0 } }, 60_000);
      expect(level('tpm', 60_000)).toBe(6_000);
    });

    it.each<[string, LimitHeaders]>([
      ['nothing', {}],
      ['a limit of nothing', { tpm: { limit: 0, remaining: 0 } }],
      ['only what is left, of nobody knows what', { tpm: { remaining: 5 } }],
    ])('should learn no limit from %s', (_, headers) => {
      const { mirror, answered } = learning({});
      answered(100, 0, headers);
      expect(mirror.levels(0)).toEqual([]);
    });

    it('should learn nothing about a known limit from zeros', () => {
      const { answered, level } = learning({ tpm: 1_000, rpd: 100 });
      const zeros = { limit: 0, remaining: 0, reset: 0 };
      for (let i = 0; i < 3; i++) answered(100, 0, { tpm: zeros, rpd: zeros });
      expect([level('tpm'), level('rpd')]).toEqual([700, 97]);
      // It still refills, instead of counting in windows.
      expect(level('tpm', 6_000)).toBe(800);
    });

    it('should follow a changed limit, and keep the distance to full', () => {
      const { answered, level, bucket } = learning({ tpm: 1_000 });
      answered(100, 0, { tpm: { limit: 600, remaining: 500 } });
      expect([bucket('tpm')?.limit, level('tpm')]).toEqual([600, 500]);
      answered(100, 10, { tpm: { limit: 2_000 } });
      expect(bucket('tpm', 10)?.limit).toBe(2_000);
      expect(level('tpm', 10)).toBeCloseTo(1_800, 0);
    });

    it('should follow a limit that comes without the remaining units', () => {
      const { answered, level } = learning({ tpm: 1_000 });
      answered(100, 0, { tpm: { limit: 2_000 } });
      expect(level('tpm')).toBe(1_900);
    });

    it('should lower a level at once to the remaining units', () => {
      const { answered, level } = learning({ tpm: 1_000, rpd: 100 });
      answered(100, 0, { tpm: { limit: 1_000, remaining: 300 }, rpd: { limit: 100, remaining: 50 } });
      // Answers show levels rounded down.
      expect([level('tpm'), level('rpd')]).toEqual([301, 51]);
    });

    it('should not raise the level of a ceiling below the limit of the server', () => {
      const { answered, level } = learning({ tpm: 1_000 }, { ceilings: { tpm: 200 } });
      answered(150, 0, { tpm: { limit: 1_000, remaining: 900 } });
      expect(level('tpm')).toBe(50);
    });

    it('should raise a level on the first answer when nothing else was in flight', () => {
      const { mirror, take, answered, level } = learning({ tpm: 1_000 });
      mirror.settle(take(600), { type: 'unknown' }, 0);
      answered(100, 10, { tpm: { limit: 1_000, remaining: 800 } });
      expect(level('tpm', 10)).toBe(800);
    });

    it('should not put a hidden limit into debt because of an odd answer', () => {
      const { answered, level } = learning({ tpm: 1_000, tpd: 100_000 });
      answered(10, 0, { tpm: { limit: 1e15, remaining: 900 } });
      expect(level('tpd')).toBe(0);
    });

    it('should ignore the level in an answer to a request charged within five milliseconds of the one before', () => {
      const { mirror, take, level } = learning({ tpm: 1_000 });
      take(100, 0);
      const second = take(100, 4);
      const third = take(100, 5);
      mirror.learn(second, { tpm: { limit: 1_000, remaining: 0 } }, 5);
      expect(level('tpm', 5)).toBeGreaterThan(600);
      mirror.learn(third, { tpm: { limit: 1_000, remaining: 0 } }, 5);
      expect(level('tpm', 5)).toBeCloseTo(1, 6);
    });
  });

  describe('about other clients', () => {
    /** Answers every two seconds from a server where others take a share of the inflow. */
    const beside = (share: number, limits: Limits, known = true) => {
      const learned = learning(limits, known ? {} : { probe: 5_000 });
      const { tpm = 0 } = limits;
      let left = tpm / 2;
      for (let now = 0; now <= 60_000; now += 2_000) {
        if (now > 0) left += (1 - share) * (tpm / 60_000) * 2_000;
        const units = Math.floor((1 - share) * (tpm / 60_000) * 2_000);
        left -= units;
        const reservation = learned.take(units, now);
        learned.mirror.learn(reservation, { tpm: { limit: tpm, remaining: Math.floor(left) } }, now);
        learned.mirror.settle(reservation, { type: 'unknown' }, now);
      }
      return learned;
    };

    it('should estimate the share of steady foreign traffic', () => {
      const { bucket, waitFor } = beside(0.3, { tpm: 60_000 });
      waitFor(1, 60_000);
      expect(bucket('tpm', 60_000)?.foreign).toBeGreaterThan(0.2);
      expect(bucket('tpm', 60_000)?.foreign).toBeLessThan(0.4);
      expect(bucket('tpm', 60_000)?.rate).toBeLessThan(0.8);
    });

    it('should find no foreign traffic when there is none', () => {
      const { bucket, waitFor } = beside(0, { tpm: 60_000 });
      waitFor(1, 60_000);
      expect(bucket('tpm', 60_000)?.foreign).toBeLessThan(0.02);
    });

    it('should apply their share to limits of the same kind that no answer shows, and to no others', () => {
      const { bucket, waitFor } = beside(0.3, { tpm: 60_000, tpd: 5_000_000, otpm: 60_000, rpm: 600 });
      waitFor(1, 60_000);
      expect(bucket('tpd', 60_000)?.foreign).toBeCloseTo(bucket('tpm', 60_000)?.foreign ?? 0, 6);
      // Others may take up to the inflow of the fastest limit.
      expect(bucket('tpd', 60_000)?.foreign).toBeGreaterThan(0.2);
      expect([bucket('otpm', 60_000)?.foreign, bucket('rpm', 60_000)?.foreign]).toEqual([0, 0]);
    });

    it('should forget what others took from a limit that no answer shows before it was full', () => {
      const requests = (start: number, after: number) => {
        const learned = learning({ rpd: 86_400, rpm: 60 });
        learned.mirror.settle(
          learned.answered(1, start, { rpd: { limit: 86_400, remaining: 86_399 } }),
          { type: 'unknown' },
          start,
        );
        // One request a second flows in. Ten are missing.
        const left = 86_400 - 1 - 10;
        learned.answered(1, start + after, { rpd: { limit: 86_400, remaining: left } });
        return learned.level('rpm', start + after);
      };
      for (const start of [0, 200_000]) {
        // `rpm` was not full meanwhile, then for four seconds, then for nineteen.
        expect(requests(start, 900)).toBeCloseTo(50, 6);
        expect(requests(start, 5_000)).toBeCloseTo(55, 6);
        expect(requests(start, 20_000)).toBe(59);
      }
    });

    it('should give back what was taken for others when the units turn up again', () => {
      const { mirror, answered, level } = learning({ tpm: 60_000, tpd: 1_000_000 });
      mirror.settle(answered(10, 0, { tpm: { limit: 60_000, remaining: 50_000 } }), { type: 'unknown' }, 0);
      const low = level('tpd', 100) ?? 0;
      expect(low).toBeLessThan(991_000);
      answered(10, 100, { tpm: { limit: 60_000, remaining: 55_000 } });
      expect(level('tpd', 100)).toBeGreaterThan(low + 4_000);
    });

    it('should attribute usage from before the first answer to others only when it does not probe', () => {
      const first = learning({ tpm: 60_000, tpd: 1_000_000 }, { probe: 5_000 });
      first.answered(10, 0, { tpm: { limit: 60_000, remaining: 30_000 } });
      expect(first.level('tpd')).toBe(999_990);
      const later = learning({ tpm: 60_000, tpd: 1_000_000 });
      later.answered(10, 0, { tpm: { limit: 60_000, remaining: 30_000 } });
      expect(later.level('tpd')).toBeLessThan(971_000);
    });
  });

  describe('from a 429', () => {
    it('should pause only the named limit, for as long as the 429 says', () => {
      const { mirror, rejected, bucket, waitFor } = learning({ tpm: 1_000, rpm: 10 });
      rejected({ dimension: 'rpm', ms: 7_000 });
      expect([bucket('rpm')?.pausedFor, bucket('tpm')?.pausedFor]).toEqual([7_000, 0]);
      expect([waitFor(1), waitFor(1, 6_999), waitFor(1, 7_000)]).toEqual([7_000, 1, 0]);
      rejected({ dimension: 'rpm', ms: 100 }, 8_000);
      expect(mirror.levels(8_000).map(({ pausedFor }) => pausedFor)).toEqual([100, 0]);
    });

    it.each<[string, Rejection, number]>([
      ['a minute', { dimension: 'rpm', ms: 23 * HOUR }, 60_000],
      ['a day', { dimension: 'tpd', ms: 23 * HOUR }, 23 * HOUR],
      ['what is missing', { dimension: 'tpm', ms: 23 * HOUR, limit: 1_000, used: 1_500, requested: 700 }, 73_560],
      ['a limit of 0', { dimension: 'tpm', ms: 23 * HOUR, limit: 0, used: 0, requested: 0 }, 60_000],
    ])('should pause a limit no longer than it takes to refill: %s', (_, rejection, pause) => {
      const { rejected, bucket } = learning({ tpm: 1_000, rpm: 10, tpd: 10_000 });
      rejected(rejection);
      expect(bucket(rejection.dimension ?? 'rpm')?.pausedFor).toBe(pause);
    });

    it.each([
      [95_000, -85_000],
      [1e14, -99_990],
    ])('should believe at most ten full buckets to be missing, if the 429 asks for no wait: %s', (used, expected) => {
      const { rejected, level } = learning({ tpd: 10_000 });
      rejected({ dimension: 'tpd', limit: 10_000, used, requested: 10 });
      expect(level('tpd')).toBeCloseTo(expected, 0);
    });

    it('should not shorten an earlier pause', () => {
      const { mirror, take, bucket } = learning({ tpm: 1_000 });
      const both = [take(10), take(10)] as const;
      mirror.settle(both[0], { type: 'rejected', dimension: 'tpm', ms: 7_000 }, 0);
      mirror.settle(both[1], { type: 'rejected', dimension: 'tpm', ms: 100 }, 0);
      expect(bucket('tpm')?.pausedFor).toBe(7_000);
    });

    it('should pause all limits when it names none', () => {
      const { rejected, mirror } = learning({ tpm: 1_000, rpm: 10 });
      rejected({ ms: 7_000 });
      expect(mirror.levels(0).map(({ pausedFor }) => pausedFor)).toEqual([7_000, 7_000]);
    });

    it('should not apply the numbers of a limit whose name is unknown to other limits', () => {
      const { rejected, level } = learning({ tpm: 1_000, tpd: 100_000 });
      rejected({ ms: 7_000, limit: 10, used: 10, requested: 1 });
      expect([level('tpm'), level('tpd')]).toEqual([1_000, 100_000]);
    });

    it('should send nothing at a limit of 0, but probe later whether it was raised', () => {
      const { mirror, rejected, take, waitFor } = learning({ rpm: 10, tpm: 1_000 });
      rejected({ dimension: 'rpm', ms: 7_000, limit: 0, used: 0, requested: 1 });
      const refused = mirror.reserve({ key: 'm', id: '1', cost: tokens(1), priority: 'low' }, 60_000);
      expect(refused).toMatchObject({ type: 'never', dimension: 'rpm', limit: 0 });
      take(1_000, 400_000);
      // The token limit still applies.
      expect(waitFor(500, 400_000)).toBe(30_000);
    });

    it('should believe the reported level while nothing is known, without charging the refused request', () => {
      const { rejected, level, waitFor } = learning({ tpm: 8_000 }, { probe: 5_000 });
      rejected({ dimension: 'tpm', ms: 15_000, limit: 8_000, used: 6_000, requested: 4_000 }, 0, 4_000);
      expect(level('tpm')).toBe(2_000);
      expect(waitFor(4_000)).toBe(15_000);
    });

    it('should pause all requests, and show that, when it names an unknown limit', () => {
      const { mirror, rejected, waitFor } = learning({ tpm: 1_000 });
      rejected({ dimension: 'ash', ms: 7_000 });
      expect(mirror.levels(0)[0]?.pausedFor).toBe(7_000);
      expect([waitFor(1), waitFor(1, 6_000), waitFor(1, 7_000)]).toEqual([7_000, 1_000, 0]);
    });

    it('should not delay requests that cost nothing at the named limit', () => {
      const { rejected, waitFor } = learning({ tpm: 1_000, otpm: 1_000 });
      rejected({ dimension: 'otpm', ms: 7_000 });
      expect(waitFor(1)).toBe(0);
    });

    it.each<Rejection>([
      { limit: 1_000, used: 990 },
      { limit: 1_000, requested: 990 },
      { used: 990, requested: 60 },
    ])('should not lower a level by an incomplete report: %j', (rejection) => {
      const { mirror, take, rejected, level } = learning({ tpm: 1_000, tpd: 1_000 });
      mirror.settle(take(300), { type: 'unknown' }, 0);
      rejected({ dimension: 'tpm', ms: 1, ...rejection }, 10);
      rejected({ dimension: 'tpd', ms: 1, ...rejection }, 20);
      // Nor does it switch to windows, where nothing flows in.
      const [minute, day] = [20 / 60_000, 20 / 86_400_000].map((part) => 700 + 1_000 * part);
      expect(level('tpm', 20)).toBeCloseTo(minute ?? 0, 6);
      expect(level('tpd', 20)).toBeCloseTo(day ?? 0, 6);
    });

    it('should not subtract a request in flight beside the refused one, at a limit that answers show', () => {
      const { mirror, take, level } = learning({ rpd: 100, tpm: 1_000 });
      const [refused, beside] = [take(10, 0), take(10, 10)] as const;
      const full: Rejection = { dimension: 'rpd', limit: 100, used: 60, requested: 1, ms: 1 };
      mirror.settle(refused, { type: 'rejected', ...full }, 20);
      // Two of the sixty may be from this client; the rest is from others.
      expect(Math.round(level('rpd', 20) ?? 0)).toBe(40);
      mirror.settle(beside, { type: 'unknown' }, 20);
      expect(Math.round(level('rpd', 20) ?? 0)).toBe(40);
    });

    it('should subtract requests that arrived after the refused one, at a limit that no answer shows', () => {
      const { mirror, take, level } = learning({ rpm: 10 });
      const [refused, later] = [take(10, 0), take(10, 10)] as const;
      mirror.learn(later, {}, 20);
      mirror.settle(refused, { type: 'rejected', dimension: 'rpm', limit: 10, used: 7, requested: 1, ms: 1 }, 30);
      expect(level('rpm', 30)).toBe(2);
    });

    it('should not turn a burst that is on its way into debt', () => {
      const { mirror, take, level } = learning({ rpm: 42 });
      const refused = take(100);
      for (let i = 1; i < 40; i++) take(100);
      const full = { type: 'rejected', requested: 1, ms: 1 } as const;
      mirror.settle(refused, { ...full, dimension: 'rpm', limit: 42, used: 42 }, 100);
      expect(level('rpm', 100)).toBeCloseTo(-42 / 60, 6);
    });

    it.each([
      ['tpm', 1_000],
      ['tpd', 100_000],
    ] as const)('should believe no more used than flows in during the wait: %s', (dimension, limit) => {
      const { rejected, waitFor } = learning({ tpm: 1_000, tpd: 100_000 });
      rejected({ dimension, limit, used: 1e15, requested: 10, ms: 3_000 });
      // The wait may be rounded down.
      expect(waitFor(10)).toBeGreaterThanOrEqual(3_000);
      expect(waitFor(10)).toBeLessThan(60_000);
    });

    it('should not raise a level', () => {
      const { mirror, take, rejected, level } = learning({ tpm: 1_000 });
      mirror.settle(take(600), { type: 'unknown' }, 0);
      rejected({ dimension: 'tpm', limit: 1_000, used: 400, requested: 100, ms: 1 }, 10, 100);
      expect(level('tpm', 10)).toBeLessThan(401);
    });

    it('should adopt the limit that it reports', () => {
      const { rejected, bucket } = learning({ tpm: 1_000 });
      rejected({ dimension: 'tpd', limit: 100_000, used: 99_000, requested: 2_000, ms: 864_000 });
      expect([bucket('tpd')?.limit, bucket('tpd')?.level, bucket('tpd')?.pausedFor]).toEqual([100_000, 1_000, 864_000]);
    });

    it('should lower the named limit to the units that are left', () => {
      const { rejected, level } = learning({ tpm: 1_000, rpm: 10 });
      rejected({ dimension: 'tpm', limit: 1_000, used: 950, requested: 60, ms: 600 }, 0, 60);
      expect(level('tpm')).toBeCloseTo(51, 6);
      const other = learning({ tpm: 1_000, rpm: 10 });
      other.rejected({ dimension: 'rpm', limit: 10, used: 10, requested: 1, ms: 6_000 });
      expect(other.level('rpm')).toBe(0);
      // Not when it does not report the used units.
      const silent = learning({ tpm: 1_000 });
      silent.rejected({ dimension: 'tpm', limit: 1_000, ms: 600 }, 0, 60);
      expect(silent.level('tpm')).toBe(1_000);
    });

    it('should double the pause each time it names no duration, up to a minute', () => {
      const { mirror, rejected, bucket, take } = learning({ tpm: 1e6 });
      const rests: (number | undefined)[] = [];
      let now = 0;
      for (let i = 0; i < 8; i++) {
        rejected({ dimension: 'tpm' }, now);
        rests.push(bucket('tpm', now)?.pausedFor);
        now += 100_000;
      }
      expect(rests).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
      // An answer ends the series, an unknown outcome does not.
      mirror.settle(take(1, now), { type: 'unknown' }, now);
      mirror.settle(take(1, now), { type: 'used', cost: tokens(1) }, now);
      rejected({ dimension: 'tpm' }, now);
      expect(bucket('tpm', now)?.pausedFor).toBe(1_000);
    });
  });

  describe('about a server that counts in windows', () => {
    const strange: Rejection = { dimension: 'tpm', limit: 1_000, used: 990, requested: 60, ms: 59_000 };

    it('should switch to windows after two consecutive waits that no refill explains', () => {
      const { mirror, rejected, take, level, waitFor } = learning({ tpm: 1_000 });
      mirror.settle(take(400), { type: 'unknown' }, 0);
      rejected(strange, 0);
      rejected(strange, 60_000);
      // Nothing flows in. Charges leave the log a little more than a window later.
      const reservation = take(600, 130_000);
      mirror.settle(reservation, { type: 'unknown' }, 130_000);
      expect(level('tpm', 160_000)).toBe(400);
      expect(waitFor(401, 160_000)).toBe(30_750);
      expect(level('tpm', 190_750)).toBe(1_000);
    });

    it.each<[string, Rejection | undefined]>([
      ['one alone', undefined],
      ['two with one between them that flows', { dimension: 'tpm', limit: 1_000, used: 990, requested: 60, ms: 3_000 }],
      [
        'two with one between them that flows, but for a second',
        { dimension: 'tpm', limit: 1_000, used: 990, requested: 60, ms: 4_500 },
      ],
    ])('should not switch to windows without two consecutive waits that no refill explains: %s', (_, between) => {
      const { mirror, rejected, take, level } = learning({ tpm: 1_000 });
      rejected(strange, 0);
      if (between !== undefined) {
        rejected(between, 60_000);
        rejected(strange, 120_000);
      }
      const before = level('tpm', 200_000) ?? 0;
      mirror.settle(take(300, 200_000), { type: 'unknown' }, 200_000);
      expect(level('tpm', 206_000)).toBeGreaterThan(before - 300 + 50);
    });

    it.each<[string, (learned: ReturnType<typeof learning>, now: number) => unknown]>([
      [
        'a 429 that does not say how long',
        ({ rejected }, now) => {
          rejected({ dimension: 'tpm', limit: 60_000, used: 59_990, requested: 20 }, now);
        },
      ],
      [
        'an answer that does not say of how much',
        ({ answered }, now) => answered(10, now, { tpm: { remaining: 50_000, reset: 1 } }),
      ],
    ])('should not switch to windows because of %s', (_, hear) => {
      const learned = learning({ tpm: 60_000 });
      for (let i = 0; i < 3; i++) hear(learned, i * 70_000);
      const before = learned.level('tpm', 141_000) ?? 0;
      expect(learned.level('tpm', 142_000)).toBeGreaterThan(before + 100);
    });

    it('should not switch to windows because answers round partial units', () => {
      const { take, mirror, level } = learning({ rpd: 1_000 });
      for (let i = 1; i <= 4; i++) {
        // More than half of the last request has flowed in already.
        const headers = { rpd: { limit: 1_000, remaining: 1_000 - i, reset: (i - 0.6) * 86_400 } };
        mirror.learn(take(1, i), headers, i);
      }
      const before = level('rpd', 10) ?? 0;
      expect(level('rpd', 86_410)).toBeCloseTo(before + 1, 6);
    });

    it('should not switch to windows because more is left than the limit', () => {
      const { answered, level } = learning({ tpm: 1_000 });
      const tpm = { limit: 1_000, remaining: 1_500, reset: 0 };
      for (const now of [0, 90_000, 180_000]) answered(600, now, { tpm });
      expect(level('tpm', 210_000)).toBeGreaterThan(600);
    });

    it('should not switch to windows because a single answer reports odd waits for both limits', () => {
      const { answered, level } = learning({ tpm: 1_000, rpd: 1_000 });
      const [tpm, rpd] = [
        { limit: 1_000, remaining: 400, reset: 3_600_000 },
        { limit: 1_000, remaining: 999, reset: 1_800_000 },
      ];
      answered(600, 0, { tpm, rpd });
      expect(level('tpm', 30_000)).toBeGreaterThan(600);
    });

    it('should count in windows also at a limit that becomes known later', () => {
      const { rejected, answered, level } = learning({ tpm: 1_000 });
      rejected(strange, 0);
      rejected(strange, 60_000);
      answered(1, 130_000, { rpd: { limit: 1_000, remaining: 400 } });
      expect(level('rpd', 130_000 + 43_200_000)).toBe(400);
    });

    it('should compare reset times with the limit of the server where the ceiling is lower', () => {
      const { answered, level } = learning({ tpm: 60_000 }, { ceilings: { tpm: 30_000 } });
      for (let i = 0; i < 4; i++) {
        answered(6_000, i * 6_000, { tpm: { limit: 60_000, remaining: 54_000, reset: 6_000 } });
      }
      const before = level('tpm', 18_000) ?? 0;
      expect(level('tpm', 20_000)).toBeCloseTo(before + 1_000, 6);
    });

    it('should switch to windows also when reported reset times do not match a refill', () => {
      const flowing = learning({ tpm: 60_000 });
      const windowed = learning({ tpm: 60_000 });
      for (let i = 0; i < 4; i++) {
        const now = i * 3_000;
        flowing.answered(3_000, now, { tpm: { limit: 60_000, remaining: 57_000, reset: 3_000 } });
        windowed.answered(3_000, now, { tpm: { limit: 60_000, remaining: 57_000 - i * 3_000, reset: 60_000 - now } });
      }
      expect(flowing.level('tpm', 12_000)).toBe(60_000);
      expect(windowed.level('tpm', 12_000)).toBe(48_000);
    });
  });

  describe('about unused tokens that a server keeps', () => {
    /** Requests that use a part of their charge, with a server that gives the rest back, or does not. */
    const traffic = (gives: boolean, most = 30_000) => {
      const learned = learning({ tpm: 600_000 });
      const chance = seeded(1);
      const rate = 10;
      let left = 300_000;
      learned.mirror.settle(learned.take(299_999), { type: 'unknown' }, 0);
      for (let i = 1; i <= 60; i++) {
        const now = i * 2_000;
        const unused = Math.floor(most * chance());
        const charged = 20_000 + (gives ? unused : 0);
        left = Math.min(left + 2_000 * rate, 600_000) - charged;
        // Some requests are never sent, and the request limit plays no part.
        learned.mirror.settle(learned.take(40_000, now - 1_000), { type: 'unsent' }, now - 1_000);
        const reservation = learned.take(charged, now);
        const tpm = { limit: 600_000, remaining: Math.max(0, Math.floor(left)) };
        learned.mirror.learn(reservation, { rpd: { limit: 1_000, remaining: 1_000 - i }, tpm }, now);
        learned.mirror.settle(reservation, { type: 'used', cost: tokens(Math.max(0, charged - unused)) }, now);
        if (gives) left += unused;
      }
      return learned;
    };
    const refundOf = ({ mirror, take, level }: ReturnType<typeof learning>): number => {
      const now = 121_000;
      const reservation = take(1_000, now);
      const before = level('tpm', now) ?? 0;
      mirror.settle(reservation, { type: 'used', cost: tokens(400) }, now);
      return Math.round((level('tpm', now) ?? 0) - before);
    };

    it('should detect that unused tokens are not given back', () => {
      expect(refundOf(traffic(false))).toBe(0);
    });

    it('should conclude nothing while the bucket is full', () => {
      const learned = learning({ tpm: 600_000 });
      for (let i = 1; i <= 60; i++) {
        const now = i * 2_000;
        // The bucket is full meanwhile, so the refund is lost.
        const reservation = learned.answered(15_000, now, { tpm: { limit: 600_000, remaining: 585_000 } });
        learned.mirror.settle(reservation, { type: 'used', cost: tokens(0) }, now + 1_900);
      }
      expect(refundOf(learned)).toBe(600);
    });

    it('should conclude nothing from a refund to a full bucket that is reported late', () => {
      const learned = learning({ tpm: 600_000 });
      const shown = (remaining: number) => ({ tpm: { limit: 600_000, remaining } });
      for (let i = 1; i <= 30; i++) {
        const now = i * 10_000;
        const early = learned.answered(20_000, now, shown(580_000));
        const full = learned.answered(20_000, now + 2_500, shown(580_000));
        learned.mirror.settle(early, { type: 'used', cost: tokens(0) }, now + 2_600);
        const late = learned.answered(20_000, now + 3_600, shown(571_000));
        for (const each of [full, late])
          learned.mirror.settle(each, { type: 'used', cost: tokens(20_000) }, now + 3_700);
      }
      const reservation = learned.take(20_000, 400_000);
      const before = learned.level('tpm', 400_000) ?? 0;
      learned.mirror.settle(reservation, { type: 'used', cost: tokens(0) }, 400_000);
      expect((learned.level('tpm', 400_000) ?? 0) - before).toBe(20_000);
    });

    it('should keep counting on refunds when the server gives them', () => {
      expect(refundOf(traffic(true))).toBe(600);
      // Also when hardly anything is unused.
      expect(refundOf(traffic(true, 3_000))).toBe(600);
    });
  });
});
