import { describe, expect, it } from 'vitest';
import type { Cost } from '../../../src/model/Cost.ts';
import type { BucketLevel, Limits } from '../../../src/model/Limits.ts';
import type { Outcome } from '../../../src/model/Outcome.ts';
import { DEFAULT_PACING } from '../../../src/model/Priority.ts';
import type { Reservation } from '../../../src/model/Reservation.ts';
import { LimitMirror, type LimitMirrorConfig } from '../../../src/rules/limits/LimitMirror.ts';
import { Forecast } from '../../../src/rules/queue/Forecast.ts';
import { tokens } from '../../util/jobs.ts';
import { reservations } from '../../util/stores.ts';

const GRANTED = { type: 'granted' };

/** A mirror, with functions to make reservations. */
const mirrorOf = (limits: Limits, config: Partial<LimitMirrorConfig> = {}) => {
  const make = reservations();
  const mirror = new LimitMirror({ limits, ceilings: {}, plans: [], margin: 0, keeps: false, probe: 0, ...config }, 0);
  /** Reserves a cost that arrives at once, and returns the reservation. */
  const take = (cost: Cost | number, now = 0, rest: Partial<Reservation> = {}): Reservation => {
    const reservation = make(typeof cost === 'number' ? tokens(cost) : cost, rest);
    expect(mirror.reserve(reservation, now)).toEqual(GRANTED);
    mirror.sent(reservation, now);
    mirror.learn(reservation, {}, now);
    return reservation;
  };
  const level = (dimension: keyof Limits, now = 0): number | undefined =>
    mirror.levels(now).find((bucket) => bucket.dimension === dimension)?.level;
  return { mirror, make, take, level };
};

describe('LimitMirror', () => {
  describe('reserve', () => {
    it('should take the cost from every bucket, each in its own unit', () => {
      const all: Limits = { rpm: 10, rpd: 20, tpm: 1_000, tpd: 2_000, itpm: 500, otpm: 600, ash: 70, asd: 80 };
      const { mirror, take } = mirrorOf(all);
      take({ requests: 1, tokens: 100, inputTokens: 30, outputTokens: 70, audioSeconds: 5 });
      expect(mirror.levels(0).map(({ dimension, level }) => [dimension, level])).toEqual([
        ['rpm', 9],
        ['rpd', 19],
        ['tpm', 900],
        ['tpd', 1_900],
        ['itpm', 470],
        ['otpm', 530],
        ['ash', 65],
        ['asd', 75],
      ]);
    });

    it('should take nothing when one bucket holds too little, and say which one and how long to wait', () => {
      const { mirror, make, take } = mirrorOf({ rpm: 10, tpm: 600 });
      take(500);
      const before = mirror.levels(0);
      expect(mirror.reserve(make(tokens(101)), 0)).toEqual({
        type: 'wait',
        ms: 100,
        dimension: 'tpm',
        rate: 0.01,
        yields: false,
        headroom: [
          { dimension: 'rpm', rate: 10 / 60_000, spare: expect.closeTo(8 + 1 / 60, 9) as number },
          { dimension: 'tpm', rate: 0.01, spare: expect.closeTo(0, 9) as number },
        ],
      });
      expect(mirror.levels(0)).toEqual(before);
    });

    it('should name the bucket with the longest wait', () => {
      const { mirror, make, take } = mirrorOf({ rpm: 1, tpm: 600, tpd: 600 });
      take(600);
      expect(mirror.reserve(make(tokens(1)), 0)).toMatchObject({
        dimension: 'tpd',
        ms: 144_000,
        rate: 600 / 86_400_000,
      });
      const early = mirrorOf({ rpm: 1, tpm: 600 });
      early.take(600);
      expect(early.mirror.reserve(early.make(tokens(1)), 0)).toMatchObject({ dimension: 'rpm', ms: 60_000 });
    });

    it('should charge a reservation once, however often it is asked for', () => {
      const { mirror, make, level } = mirrorOf({ tpm: 600 });
      const reservation = make(tokens(400));
      expect([mirror.reserve(reservation, 0), mirror.reserve(reservation, 0)]).toEqual([GRANTED, GRANTED]);
      expect(level('tpm')).toBe(200);
    });

    it('should answer "never" to a cost above a limit, whatever the level', () => {
      const { mirror, make, take } = mirrorOf({ tpm: 600, rpm: 5 });
      take(600);
      expect(mirror.reserve(make(tokens(601)), 0)).toEqual({ type: 'never', dimension: 'tpm', cost: 601, limit: 600 });
      expect(mirror.reserve(make(tokens(600)), 0)).toMatchObject({ type: 'wait' });
    });

    it('should ignore a limit at which the request costs nothing', () => {
      const { mirror, make, take } = mirrorOf({ ash: 10, tpm: 10 });
      take({ ...tokens(1), audioSeconds: 10 });
      expect(mirror.reserve(make({ ...tokens(1), audioSeconds: 1 }), 0)).toMatchObject({ dimension: 'ash' });
      expect(mirror.reserve(make(tokens(1)), 0)).toEqual(GRANTED);
    });

    it('should grant everything where there is no limit', () => {
      const { mirror, make } = mirrorOf({});
      expect(mirror.reserve(make(tokens(1e9)), 0)).toEqual(GRANTED);
      expect(mirror.levels(0)).toEqual([]);
    });

    it('should hold a margin back, but grant a cost that fits a full bucket', () => {
      const { mirror, make } = mirrorOf({ tpm: 600 }, { margin: 1_000 });
      expect(mirror.reserve(make(tokens(600)), 0)).toEqual(GRANTED);
      const other = mirrorOf({ tpm: 600 }, { margin: 1_000 });
      other.take(500);
      expect(other.mirror.reserve(other.make(tokens(95)), 0)).toMatchObject({ ms: 500 });
      expect(other.mirror.reserve(other.make(tokens(90)), 0)).toEqual(GRANTED);
    });
  });

  describe('with a full bucket', () => {
    it('should not refill for the time until a request arrives', () => {
      const { mirror, make, level } = mirrorOf({ tpm: 600 });
      const reservation = make(tokens(100));
      mirror.reserve(reservation, 0);
      mirror.sent(reservation, 0);
      expect([level('tpm', 0), level('tpm', 999)]).toEqual([500, 500]);
      // A second after it was sent, it counts as arrived, with or without an answer.
      expect([level('tpm', 1_000), level('tpm', 2_000)]).toEqual([500, 510]);
    });

    it('should count the time until arrival from when the request was sent', () => {
      const { mirror, make, level } = mirrorOf({ tpm: 600 });
      const reservation = make(tokens(100));
      mirror.reserve(reservation, 0);
      expect(level('tpm', 50_000)).toBe(500);
      mirror.sent(reservation, 50_000);
      mirror.sent(reservation, 50_900);
      expect([level('tpm', 50_999), level('tpm', 51_000), level('tpm', 52_000)]).toEqual([500, 500, 510]);
    });

    it.each([
      ['its answer', (mirror: LimitMirror, r: Reservation) => mirror.learn(r, {}, 500), 500],
      ['its end', (mirror: LimitMirror, r: Reservation) => mirror.settle(r, { type: 'unknown' }, 500), 500],
    ])('should refill again from when %s shows the arrival', (_, hear, at) => {
      const { mirror, make, level } = mirrorOf({ tpm: 600 });
      const reservation = make(tokens(100));
      mirror.reserve(reservation, 0);
      mirror.sent(reservation, 0);
      hear(mirror, reservation);
      expect(level('tpm', at + 1_000)).toBe(510);
    });
  });

  describe('settle', () => {
    it.each<[string, Outcome, number, number]>([
      ['give back what was not used', { type: 'used', cost: tokens(30) }, 570, 9],
      ['take what was used beyond the charge', { type: 'used', cost: tokens(130) }, 470, 9],
      ['give all back that was not sent', { type: 'unsent' }, 600, 10],
      ['give back the tokens of what met a limit, but not the request', { type: 'rejected', ms: 1 }, 600, 9],
      ['keep the charge when nobody knows', { type: 'unknown' }, 500, 9],
    ])('should %s', (_, outcome, tpm, rpm) => {
      const { mirror, take, level } = mirrorOf({ tpm: 600, rpm: 10 });
      const reservation = take(100);
      expect(mirror.settle(reservation, outcome, 0)).toBe(true);
      expect([level('tpm'), level('rpm')]).toEqual([tpm, rpm]);
    });

    it('should give what answers show to be unused back to the tokens of a day, too', () => {
      const { mirror, make, take, level } = mirrorOf({ tpm: 600, tpd: 2_000 });
      mirror.settle(take(500), { type: 'unknown' }, 0);
      const next = make(tokens(50));
      mirror.reserve(next, 6_000);
      mirror.sent(next, 6_000);
      const levels = () => [level('tpm', 6_000), level('tpd', 6_000)].map((units) => Math.round(units ?? NaN));
      expect(levels()).toEqual([110, 1_450]);
      // Of the 500, only 100 were used.
      mirror.learn(next, { tpm: { limit: 600, remaining: 510 } }, 6_000);
      expect(levels()).toEqual([510, 1_850]);
    });

    it('should settle a reservation once', () => {
      const { mirror, make, take, level } = mirrorOf({ tpm: 600 });
      const reservation = take(100);
      mirror.settle(reservation, { type: 'unknown' }, 0);
      expect(mirror.settle(reservation, { type: 'unsent' }, 0)).toBe(false);
      expect(mirror.learn(reservation, { tpm: { limit: 600, remaining: 0 } }, 0)).toBe(false);
      expect(mirror.settle(make(tokens(1)), { type: 'unsent' }, 0)).toBe(false);
      mirror.sent(reservation, 0);
      expect(level('tpm')).toBe(500);
    });

    it('should not give back to a bucket that was full since the charge, as the server loses that refund', () => {
      const { mirror, take, level } = mirrorOf({ tpm: 600 });
      const early = take(100);
      expect(level('tpm', 20_000)).toBe(600);
      take(50, 20_000);
      mirror.settle(early, { type: 'used', cost: tokens(0) }, 20_000);
      expect(level('tpm', 20_000)).toBe(550);
      const late = take(50, 20_000);
      mirror.settle(late, { type: 'used', cost: tokens(0) }, 20_000);
      expect(level('tpm', 20_000)).toBe(550);
    });

    it('should take usage beyond the charge also when the bucket was full since', () => {
      const { mirror, take, level } = mirrorOf({ tpm: 600 });
      const early = take(100);
      expect(level('tpm', 20_000)).toBe(600);
      mirror.settle(early, { type: 'used', cost: tokens(130) }, 20_000);
      expect(level('tpm', 20_000)).toBe(570);
    });

    it('should give back no tokens where the server keeps unused ones', () => {
      const { mirror, take, level } = mirrorOf({ tpm: 600, otpm: 600, rpm: 10 }, { keeps: true });
      const cost = { ...tokens(200), inputTokens: 100, outputTokens: 100 };
      mirror.settle(take(cost), { type: 'used', cost: { ...tokens(150), outputTokens: 50 } }, 0);
      expect([level('tpm'), level('otpm'), level('rpm')]).toEqual([400, 500, 9]);
      mirror.settle(take(100), { type: 'used', cost: tokens(130) }, 0);
      expect(level('tpm')).toBe(270);
      mirror.settle(take(100), { type: 'unsent' }, 0);
      expect(level('tpm')).toBe(270);
      mirror.settle(take(100), { type: 'used', cost: { ...tokens(0), requests: 0 } }, 0);
      expect(level('rpm')).toBe(8);
    });
  });

  it('should learn from an answer once', () => {
    const { mirror, make } = mirrorOf({ tpm: 600 });
    const reservation = make(tokens(100));
    expect(mirror.learn(reservation, {}, 0)).toBe(false);
    mirror.reserve(reservation, 0);
    expect([mirror.learn(reservation, {}, 0), mirror.learn(reservation, {}, 0)]).toEqual([true, false]);
  });

  describe('with a probe', () => {
    it('should grant one request, and hold the others back until its answer has come', () => {
      const { mirror, make } = mirrorOf({ tpm: 600 }, { probe: 5_000 });
      const first = make(tokens(40));
      expect(mirror.reserve(first, 100)).toEqual(GRANTED);
      const held = {
        type: 'wait',
        ms: 5_000,
        dimension: 'tpm',
        rate: 0.01,
        yields: false,
        headroom: expect.anything() as unknown,
      };
      expect(mirror.reserve(make(tokens(40)), 100)).toEqual(held);
      expect(mirror.reserve(make(tokens(40)), 600)).toMatchObject({ type: 'wait', ms: 4_500 });
      mirror.learn(first, {}, 700);
      expect(mirror.reserve(make(tokens(40)), 700)).toEqual(GRANTED);
      expect(mirror.reserve(make(tokens(40)), 700)).toEqual(GRANTED);
    });

    it('should grant a twentieth of each bucket beside the probe, and end it with the first answer', () => {
      const { mirror, make } = mirrorOf({ tpm: 600, rpm: 60 }, { probe: 5_000 });
      mirror.reserve(make(tokens(10)), 0);
      const second = make(tokens(10));
      expect(mirror.reserve(second, 0)).toEqual(GRANTED);
      expect(mirror.reserve(make(tokens(11)), 0)).toMatchObject({ type: 'wait', ms: 5_000, dimension: 'tpm' });
      expect(mirror.reserve(make(tokens(10)), 0)).toEqual(GRANTED);
      expect(mirror.reserve(make({ ...tokens(1), tokens: 0 }), 0)).toMatchObject({ ms: 5_000, dimension: 'rpm' });
      mirror.learn(second, {}, 200);
      expect(mirror.reserve(make(tokens(40)), 200)).toEqual(GRANTED);
    });

    it('should learn the level from the first answer, whichever request it is for', () => {
      const { mirror, make } = mirrorOf({ tpm: 600 }, { probe: 5_000 });
      mirror.reserve(make(tokens(10)), 0);
      const second = make(tokens(10));
      mirror.reserve(second, 0);
      mirror.learn(second, { tpm: { limit: 600, remaining: 5 } }, 200);
      expect(mirror.reserve(make(tokens(40)), 200)).toMatchObject({ type: 'wait' });
    });

    it('should charge reservations in flight on top of the level in the first answer', () => {
      const { mirror, make } = mirrorOf({ tpm: 600 }, { probe: 5_000 });
      const first = make(tokens(10));
      const second = make(tokens(20));
      for (const each of [first, second]) {
        mirror.reserve(each, 0);
        mirror.sent(each, 0);
      }
      mirror.learn(first, { tpm: { limit: 600, remaining: 50 } }, 1);
      expect(mirror.levels(1)).toMatchObject([{ level: 30 }]);
    });

    it('should not wait for an answer longer than configured', () => {
      const { mirror, make } = mirrorOf({ tpm: 600 }, { probe: 5_000 });
      mirror.reserve(make(tokens(40)), 0);
      expect(mirror.reserve(make(tokens(40)), 4_999)).toMatchObject({ ms: 1 });
      for (let i = 0; i < 3; i++) expect(mirror.reserve(make(tokens(40)), 5_000)).toEqual(GRANTED);
    });

    it.each<Outcome>([{ type: 'unsent' }, { type: 'unknown' }])(
      'should send another probe when the first one ends without an answer: %j',
      (outcome) => {
        const { mirror, make } = mirrorOf({ tpm: 600 }, { probe: 5_000 });
        const first = make(tokens(40));
        mirror.reserve(first, 0);
        mirror.settle(first, outcome, 100);
        expect(mirror.reserve(make(tokens(40)), 100)).toEqual(GRANTED);
        expect(mirror.reserve(make(tokens(40)), 100)).toMatchObject({ ms: 5_000 });
      },
    );

    it('should keep waiting for the probe when another request ends without an answer', () => {
      const { mirror, make } = mirrorOf({ tpm: 600 }, { probe: 5_000 });
      mirror.reserve(make(tokens(10)), 0);
      const second = make(tokens(10));
      mirror.reserve(second, 0);
      mirror.settle(second, { type: 'unsent' }, 100);
      expect(mirror.reserve(make(tokens(40)), 100)).toMatchObject({ type: 'wait', ms: 4_900 });
    });

    it('should grant requests at once when no probe is configured', () => {
      const { mirror, make } = mirrorOf({ tpm: 600 });
      for (let i = 0; i < 3; i++) expect(mirror.reserve(make(tokens(10)), 0)).toEqual(GRANTED);
    });

    it('should hold requests back also when no limits are known', () => {
      const { mirror, make } = mirrorOf({}, { probe: 5_000 });
      mirror.reserve(make(tokens(10)), 0);
      expect(mirror.reserve(make(tokens(10)), 0)).toEqual({
        type: 'wait',
        ms: 5_000,
        dimension: 'rpm',
        rate: Infinity,
        yields: false,
        headroom: [],
      });
    });

    it('should hold further requests back while the token limit is unknown, even if other limits are known', () => {
      const { mirror, make } = mirrorOf({ rpm: 1_000 }, { probe: 5_000 });
      const first = make(tokens(5_000));
      mirror.reserve(first, 0);
      expect(mirror.reserve(make(tokens(5_000)), 0)).toMatchObject({ type: 'wait', ms: 5_000, dimension: 'rpm' });
      mirror.learn(first, { tpm: { limit: 60_000, remaining: 55_000 } }, 100);
      expect(mirror.reserve(make(tokens(5_000)), 100)).toEqual(GRANTED);
    });
  });

  it('should give back an overestimated prompt once, when an answer has shown the level', () => {
    const { mirror, make, level } = mirrorOf({ tpm: 8_000 });
    const cost = { ...tokens(3_900), inputTokens: 3_800, outputTokens: 100 };
    const used = { ...tokens(3_090), inputTokens: 3_000, outputTokens: 90 };
    const reservation = make(cost);
    mirror.reserve(reservation, 0);
    mirror.sent(reservation, 0);
    mirror.learn(reservation, { tpm: { limit: 8_000, remaining: 4_900 } }, 0);
    expect(level('tpm')).toBe(4_900);
    mirror.settle(reservation, { type: 'used', cost: used }, 0);
    expect(level('tpm')).toBe(4_910);
  });

  it('should give back once what a smaller request left of the reservation that it took over', () => {
    const { mirror, make, level } = mirrorOf({ tpm: 8_000 });
    const [large, small] = [2_900, 100].map((output) => ({
      ...tokens(1_000 + output),
      inputTokens: 1_000,
      outputTokens: output,
    }));
    const reservation = make(large ?? tokens(0));
    mirror.reserve(reservation, 0);
    mirror.sent(reservation, 0);
    mirror.learn(reservation, { tpm: { limit: 8_000, remaining: 6_900 } }, 0);
    expect(level('tpm')).toBe(6_900);
    const used = { ...tokens(1_040), inputTokens: 1_000, outputTokens: 40 };
    mirror.settle(reservation, { type: 'used', cost: used, charged: small }, 0);
    expect(level('tpm')).toBe(6_960);
  });

  describe('with pacing', () => {
    const pacing = DEFAULT_PACING;

    it.each([
      ['normal', 90],
      ['low', 75],
      ['background', 50],
    ] as const)('should let %s take this much of a day at once: %d', (priority, most) => {
      const { mirror, make } = mirrorOf({ tpd: 100 }, { pacing });
      const asks = (units: number) => mirror.reserve(make(tokens(units), { priority }), 0);
      expect(asks(most)).toEqual(GRANTED);
      expect(asks(1)).toMatchObject({ type: 'wait', dimension: 'tpd', yields: true, ms: 864_000 });
      expect(mirror.reserve(make(tokens(100 - most), { priority: 'high' }), 0)).toEqual(GRANTED);
    });

    it('should grant a request above the share of its priority from a full bucket', () => {
      const { mirror, make } = mirrorOf({ tpd: 100 }, { pacing });
      expect(mirror.reserve(make(tokens(51), { priority: 'background' }), 0)).toEqual(GRANTED);
    });

    it('should show what each priority leaves of a day, and predict starts from it', () => {
      const { mirror, make, take } = mirrorOf({ tpd: 100, tpm: 100 }, { pacing });
      take(45);
      const levels = mirror.levels(0);
      expect(levels.map(({ dimension, kept }) => [dimension, kept])).toEqual([
        ['tpm', undefined],
        ['tpd', { high: 0, normal: 10, low: 25, background: 50 }],
      ]);
      const cost = tokens(10);
      const verdict = mirror.reserve(make(cost, { priority: 'background' }), 0);
      expect(verdict).toMatchObject({ type: 'wait', ms: new Forecast(levels).start({ cost, priority: 'background' }) });
    });

    it('should hold nothing back in a minute or an hour', () => {
      const { take } = mirrorOf({ tpm: 100, ash: 100 }, { pacing });
      for (let i = 0; i < 10; i++) take({ ...tokens(10), audioSeconds: 10 }, 0, { priority: 'background' });
    });

    it('should hold nothing back from a reservation without a priority', () => {
      const { mirror, make, take } = mirrorOf({ tpd: 100 }, { pacing });
      for (let i = 0; i < 10; i++) take(10);
      expect(mirror.reserve(make(tokens(1)), 0)).toMatchObject({ type: 'wait', yields: false });
    });

    it('should say whether yielding to more urgent requests makes a reservation wait longer', () => {
      const { mirror, make, take } = mirrorOf({ tpd: 100 }, { pacing });
      take(40);
      const asks = (units: number) => mirror.reserve(make(tokens(units), { priority: 'background' }), 0);
      expect(asks(11)).toMatchObject({ yields: true });
      expect(asks(61)).toMatchObject({ yields: true });
      // The daily bucket refills within the wait for the minute.
      const other = mirrorOf({ tpd: 86_400_000, tpm: 30 }, { pacing });
      other.take(30);
      const verdict = other.mirror.reserve(other.make(tokens(25), { priority: 'background' }), 0);
      expect(verdict).toMatchObject({ dimension: 'tpm', yields: false });
    });
  });

  describe('cap', () => {
    it('should change limits by dimension, keep the distance to full, and count the revisions', () => {
      const { mirror, take, level } = mirrorOf({ tpm: 600, rpm: 10 });
      take(100);
      const before = mirror.revision;
      mirror.cap({ tpm: 300 }, 0);
      expect([level('tpm'), level('rpm'), mirror.revision - before]).toEqual([200, 9, 1]);
      mirror.cap({ tpm: 300 }, 0);
      expect(mirror.revision - before).toBe(1);
      mirror.cap({ tpd: 1_000 }, 0);
      expect([level('tpd'), mirror.revision - before]).toEqual([1_000, 2]);
    });

    it('should not charge reservations from before a new limit to it', () => {
      const { mirror, take, level } = mirrorOf({ tpm: 600 });
      const reservation = take(100);
      mirror.cap({ tpd: 1_000 }, 0);
      mirror.settle(reservation, { type: 'used', cost: tokens(40) }, 0);
      expect([level('tpm'), level('tpd')]).toEqual([560, 1_000]);
    });
  });

  it('should show its current levels', () => {
    const { mirror, make } = mirrorOf({ tpm: 600 });
    const reservation = make(tokens(60));
    mirror.reserve(reservation, 0);
    mirror.learn(reservation, {}, 0);
    mirror.settle(reservation, { type: 'rejected', dimension: 'tpm', ms: 700 }, 0);
    const shown: BucketLevel = {
      dimension: 'tpm',
      limit: 600,
      level: 600,
      rate: 0.01,
      held: 0,
      foreign: 0,
      pausedFor: 600,
    };
    expect(mirror.levels(100)).toEqual([shown]);
    expect(mirror.levels(800)[0]?.pausedFor).toBe(0);
  });

  it('should show as held what delays requests although the level would be enough', () => {
    const { mirror, make } = mirrorOf({ rpm: 30, tpm: 6_000 }, { margin: 300 });
    const cost = tokens(100);
    const verdicts = Array.from({ length: 40 }, () => mirror.reserve(make(cost), 0));
    const [waiting] = verdicts.filter((verdict) => verdict.type === 'wait');
    const levels = mirror.levels(0);
    expect(waiting?.ms).toBeGreaterThan(0);
    expect(levels.every(({ level }) => level >= 1)).toBe(true);
    expect(new Forecast(levels).start({ cost, priority: 'high' })).toEqual(waiting?.ms);
  });
});
