import { describe, expect, it } from 'vitest';
import { RefundWatch } from '../../../src/rules/limits/RefundWatch.ts';
import { seeded } from '../../util/random.ts';

/** What flows in, in units for each millisecond. */
const RATE = 1;

interface Traffic {
  /** Which part of what is not used comes back at the server. */
  readonly share: number;
  /** What others take all the time, in units for each millisecond. */
  readonly foreign?: number;
  readonly answers?: number;
  /** How many milliseconds lie between answers. */
  readonly apart?: number;
  /** Whether refunds come as evenly as time passes. */
  readonly even?: boolean;
  readonly seed?: number;
}

/** Lets a watch see traffic against a server that gives back a part of what is not used. */
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
  it('should believe in refunds until the opposite is seen', () => {
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

  it('should change its mind when the server does, and not for a server in between', () => {
    const watch = watching({ share: 0 });
    watching({ share: 0.4, answers: 400, seed: 4 }, watch);
    expect(watch.keeps).toBe(true);
    const other = watching({ share: 1, answers: 400, seed: 5 }, watching({ share: 0 }));
    expect(other.keeps).toBe(false);
  });

  it('should tell refunds from what others take, also when they take nearly all that flows in', () => {
    for (const seed of [4, 5, 6]) {
      const watch = watching({ share: 0 });
      watching({ share: 1, foreign: 0.8, answers: 400, seed }, watch);
      expect(watch.keeps).toBe(false);
      expect(watching({ share: 0, foreign: 0.8, seed }).keeps).toBe(true);
    }
  });

  it('should change its mind also when refunds come as evenly as time passes', () => {
    const watch = watching({ share: 0, even: true });
    expect(watch.keeps).toBe(true);
    watching({ share: 1, even: true, answers: 400 }, watch);
    expect(watch.keeps).toBe(false);
  });

  it.each([
    ['twelve times', 13, true],
    ['less often', 12, false],
  ])('should conclude something when it has seen refunds %s', (_, answers, keeps) => {
    expect(watching({ share: 0, even: true, answers }).keeps).toBe(keeps);
  });

  it('should compare answers that are a second apart', () => {
    expect(watching({ share: 0, even: true, apart: 1_000, answers: 13 }).keeps).toBe(true);
    expect(watching({ share: 0, even: true, apart: 999, answers: 13 }).keeps).toBe(false);
  });

  it.each([
    ['more than flows in, for a while', 1.2, true],
    ['more than they could', 1.6, false],
  ])('should make something of a level from which others take %s', (_, foreign, keeps) => {
    expect(watching({ share: 0, even: true, foreign }).keeps).toBe(keeps);
  });

  it.each([
    ['a little more than was to come', -0.45, false],
    ['more than could have come', -0.6, true],
  ])('should make something of a level that has risen by %s', (_, foreign, keeps) => {
    const watch = watching({ share: 0, even: true });
    expect(watching({ share: 1, even: true, foreign, answers: 400 }, watch).keeps).toBe(keeps);
  });

  it('should conclude nothing from refunds that hardly show', () => {
    const watch = new RefundWatch();
    for (let i = 1; i <= 100; i++) {
      watch.refund(1_000);
      watch.charge(2_000);
      watch.observe(watch.mark(i * 2_000), 1e6, RATE);
    }
    expect(watch.keeps).toBe(false);
  });

  it('should not compare answers that are less than a second apart: they may have changed places', () => {
    const watch = new RefundWatch();
    for (let i = 1; i <= 30; i++) {
      const now = i * 2_000;
      watch.refund(2_500);
      watch.charge(2_000);
      watch.observe(watch.mark(now), 1e6, RATE);
      // It came before the one that was charged before it, and lacks what flowed in.
      watch.observe(watch.mark(now + 999), 1e6 + 999 - 800, RATE);
    }
    expect(watch.keeps).toBe(true);
  });

  it('should make nothing of a level that cannot be', () => {
    const watch = new RefundWatch();
    watch.observe(watch.mark(0), 1e6, RATE);
    for (let i = 1; i <= 40; i++) {
      watch.refund(2_000);
      // Far too much, and far too little.
      watch.observe(watch.mark(i * 2_000), i % 2 === 0 ? 1e7 : -1e7, RATE);
    }
    expect(watch.keeps).toBe(false);
  });

  it('should take back a charge that was never made', () => {
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
  ])('should compare nothing across a time in which %s', (_, overflow) => {
    const chance = seeded(1);
    const watch = new RefundWatch();
    for (let i = 1; i <= 60; i++) {
      // What flowed in was lost, which looks like refunds that did not come.
      watch.refund(4_000 * chance());
      watch.charge(3_000);
      watch.observe(watch.mark(i * 2_000, overflow(watch, i)), 1e6 - 3_000, RATE);
    }
    expect(watch.keeps).toBe(false);
  });
});
