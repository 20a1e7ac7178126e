import { describe, expect, it } from 'vitest';
import { RefundWatch } from '../../../src/rules/limits/RefundWatch.ts';
import { seeded } from '../../util/random.ts';

/** The inflow, in units a millisecond. */
const RATE = 1;

interface Traffic {
  /** The part of the unused units that the server gives back. */
  readonly share: number;
  /** Steady foreign traffic, in units a millisecond. */
  readonly foreign?: number;
  readonly answers?: number;
  /** The interval of answers, in milliseconds. */
  readonly apart?: number;
  /** Whether refunds are evenly spread over time. */
  readonly even?: boolean;
  readonly seed?: number;
}

/** Feeds a watch with traffic to a server that gives back a part of the unused units. */
const watching = (
  { share, foreign = 0, answers = 60, apart = 2_000, even = false, seed = 1 }: Traffic,
  watch = new RefundWatch(),
): RefundWatch => {
  const chance = seeded(seed);
  let level = 1e6;
  for (let i = 1; i <= answers; i++) {
    const now = i * apart;
    const charged = 3_000;
    const unused = even ? 2_500 : 2 * apart * chance();
    level += (RATE - foreign) * apart;
    watch.refund(unused);
    level += unused * share;
    watch.charge(charged);
    level -= charged;
    watch.observe(watch.mark(now), level, RATE);
  }
  return watch;
};

describe('RefundWatch', () => {
  it('should assume refunds until the opposite is seen', () => {
    expect(new RefundWatch().keeps).toBe(false);
  });

  it.each([
    ['gives all back', { share: 1 }, false],
    ['gives nothing back', { share: 0 }, true],
    ['gives nothing back, however evenly it would', { share: 0, even: true }, true],
    ['gives all back, however evenly', { share: 1, even: true }, false],
    ['gives nothing back, beside others who take a third', { share: 0, foreign: 0.3 }, true],
    ['gives all back, beside others who take a third', { share: 1, foreign: 0.3 }, false],
    ['gives a tenth back', { share: 0.1 }, true],
    ['gives a tenth back, however evenly', { share: 0.1, even: true }, true],
    ['gives nothing back, after too few answers', { share: 0, answers: 8 }, false],
  ] satisfies [string, Traffic, boolean][])('should find out that a server %s', (_, traffic, keeps) => {
    for (const seed of [1, 2, 3]) expect(watching({ ...traffic, seed }).keeps).toBe(keeps);
  });

  it('should change its verdict when the server changes, but not for a partial refund', () => {
    const watch = watching({ share: 0 });
    watching({ share: 0.4, answers: 400, seed: 4 }, watch);
    expect(watch.keeps).toBe(true);
    const other = watching({ share: 1, answers: 400, seed: 5 }, watching({ share: 0 }));
    expect(other.keeps).toBe(false);
  });

  it('should distinguish refunds from foreign traffic, also when that is most of the inflow', () => {
    for (const seed of [4, 5, 6]) {
      const watch = watching({ share: 0 });
      watching({ share: 1, foreign: 0.8, answers: 400, seed }, watch);
      expect(watch.keeps).toBe(false);
      expect(watching({ share: 0, foreign: 0.8, seed }).keeps).toBe(true);
    }
  });

  it('should change its verdict also when refunds are as even as the passing of time', () => {
    const watch = watching({ share: 0, even: true });
    expect(watch.keeps).toBe(true);
    watching({ share: 1, even: true, answers: 400 }, watch);
    expect(watch.keeps).toBe(false);
  });

  it.each([
    ['twelve times', 13, true],
    ['less often', 12, false],
  ])('should reach a verdict when it has seen refunds %s', (_, answers, keeps) => {
    expect(watching({ share: 0, even: true, answers }).keeps).toBe(keeps);
  });

  it('should compare answers that are at least a second apart', () => {
    expect(watching({ share: 0, even: true, apart: 1_000, answers: 13 }).keeps).toBe(true);
    expect(watching({ share: 0, even: true, apart: 999, answers: 13 }).keeps).toBe(false);
  });

  it.each([
    ['more than flows in, for a while', 1.2, true],
    ['more than they could', 1.6, false],
  ])('should judge a level from which others take %s', (_, foreign, keeps) => {
    expect(watching({ share: 0, even: true, foreign }).keeps).toBe(keeps);
  });

  it.each([
    ['a little more than was to come', -0.45, false],
    ['more than could have come', -0.6, true],
  ])('should judge a level that has risen by %s', (_, foreign, keeps) => {
    const watch = watching({ share: 0, even: true });
    expect(watching({ share: 1, even: true, foreign, answers: 400 }, watch).keeps).toBe(keeps);
  });

  it('should conclude nothing from refunds that are too small to be seen', () => {
    const watch = new RefundWatch();
    for (let i = 1; i <= 100; i++) {
      watch.refund(1_000);
      watch.charge(2_000);
      watch.observe(watch.mark(i * 2_000), 1e6, RATE);
    }
    expect(watch.keeps).toBe(false);
  });

  it('should not compare answers less than a second apart, since they may have overtaken each other', () => {
    const watch = new RefundWatch();
    for (let i = 1; i <= 30; i++) {
      const now = i * 2_000;
      watch.refund(2_500);
      watch.charge(2_000);
      watch.observe(watch.mark(now), 1e6, RATE);
      // It overtook the request before it, so it lacks some inflow.
      watch.observe(watch.mark(now + 999), 1e6 + 999 - 800, RATE);
    }
    expect(watch.keeps).toBe(true);
  });

  it('should ignore an impossible level', () => {
    const watch = new RefundWatch();
    watch.observe(watch.mark(0), 1e6, RATE);
    for (let i = 1; i <= 40; i++) {
      watch.refund(2_000);
      // Alternately far too high and far too low.
      watch.observe(watch.mark(i * 2_000), i % 2 === 0 ? 1e7 : -1e7, RATE);
    }
    expect(watch.keeps).toBe(false);
  });

  it('should undo a charge that was never made', () => {
    const chance = seeded(1);
    const watch = new RefundWatch();
    for (let i = 1; i <= 60; i++) {
      watch.charge(9_000);
      watch.undo(9_000);
      watch.charge(2_000);
      watch.refund(4_000 * chance());
      watch.observe(watch.mark(i * 2_000), 1e6, RATE);
    }
    expect(watch.keeps).toBe(true);
  });

  it.each<[string, (watch: RefundWatch, i: number) => number]>([
    ['the bucket was full', (_, i) => i],
    [
      'something came back to a full bucket',
      (watch) => {
        watch.overflow();
        return -1;
      },
    ],
  ])('should not compare answers across a time in which %s', (_, overflow) => {
    const chance = seeded(1);
    const watch = new RefundWatch();
    for (let i = 1; i <= 60; i++) {
      // Inflow was lost, which looks like missing refunds.
      watch.refund(4_000 * chance());
      watch.charge(3_000);
      watch.observe(watch.mark(i * 2_000, overflow(watch, i)), 1e6 - 3_000, RATE);
    }
    expect(watch.keeps).toBe(false);
  });
});
