import { describe, expect, it } from 'vitest';
import { Bucket } from '../../../src/rules/limits/Bucket.ts';

const WINDOW = 1_000;

/** A bucket with an inflow of one unit in ten milliseconds. */
const bucketWith = (level: number): Bucket => {
  const bucket = new Bucket(WINDOW, 100, 0);
  bucket.take(100 - level);
  bucket.arrive(100 - level);
  return bucket;
};

describe('Bucket', () => {
  it('should be full at first, and refill by its rate for each millisecond', () => {
    const bucket = new Bucket(WINDOW, 100, 7);
    expect([bucket.level, bucket.rate, bucket.fullAt]).toEqual([100, 0.1, -1]);
    bucket.take(60);
    bucket.arrive(60);
    bucket.refill(8, 1);
    expect(bucket.level).toBe(40.1);
    bucket.refill(107, 2);
    expect(bucket.level).toBe(50);
  });

  it('should lose nothing to rounding over a day of milliseconds', () => {
    const bucket = new Bucket(86_400_000, 7, 0);
    bucket.take(7);
    bucket.arrive(7);
    for (let now = 0; now < 86_400; now++) bucket.refill(now, now);
    expect(bucket.level).toBe((7 * 86_399) / 86_400_000);
  });

  it('should hold at most its limit, and remember the event at which it was last full', () => {
    const bucket = bucketWith(90);
    bucket.refill(100, 3);
    expect([bucket.level, bucket.fullAt]).toEqual([100, -1]);
    bucket.refill(101, 4);
    expect([bucket.level, bucket.fullAt]).toEqual([100, 4]);
    bucket.take(1);
    bucket.arrive(1);
    bucket.refill(102, 5);
    expect([bucket.level, bucket.fullAt]).toEqual([99.1, 4]);
  });

  it('should stay below its limit by the units on the way to the server', () => {
    const bucket = new Bucket(WINDOW, 100, 0);
    bucket.take(30);
    bucket.refill(500, 1);
    expect([bucket.level, bucket.fullAt]).toEqual([70, 1]);
    bucket.arrive(30);
    bucket.refill(600, 2);
    expect([bucket.level, bucket.fullAt]).toEqual([80, 1]);
  });

  it('should not refill twice for the same time when the clock goes back', () => {
    const bucket = bucketWith(0);
    bucket.refill(500, 1);
    bucket.refill(400, 2);
    expect(bucket.level).toBe(50);
    bucket.refill(500, 3);
    expect(bucket.level).toBe(50);
    bucket.refill(510, 4);
    expect(bucket.level).toBe(51);
  });

  it.each([
    ['what is there', 30, 30, 0, 0],
    ['what is not there yet', 30, 31, 0, 10],
    ['a part of a millisecond', 30, 30.05, 0, 1],
    ['a margin of the inflow', 30, 30, 20, 20],
    ['no more than a full bucket, whatever the margin', 30, 90, 5_000, 700],
    ['all of it', 0, 100, 0, 1_000],
  ])('should return the wait for %s', (_, level, cost, margin, ms) => {
    expect(bucketWith(level).waitFor(cost, margin)).toBe(ms);
  });

  it('should refill more slowly when others take a part, and at a hundredth of its rate when they take all', () => {
    const bucket = bucketWith(0);
    bucket.foreign = 0.04;
    expect(bucket.rate).toBeCloseTo(0.06, 9);
    bucket.refill(100, 1);
    expect(bucket.level).toBeCloseTo(6, 9);
    bucket.foreign = 0.1;
    expect(bucket.rate).toBe(0.001);
    expect(bucket.waitFor(7, 0)).toBe(1_000);
  });

  it('should take usage beyond the charge, also below zero, and give back at most up to its limit', () => {
    const bucket = bucketWith(10);
    bucket.add(-30);
    expect([bucket.level, bucket.waitFor(1, 0)]).toEqual([-20, 210]);
    bucket.add(500);
    expect(bucket.level).toBe(100);
    bucket.take(40);
    bucket.add(500);
    expect(bucket.level).toBe(60);
  });

  describe('lowerTo', () => {
    it.each([
      ['what the server holds', 0, 20, -30, 20],
      ['what it holds, less what is still on the way there', 15, 20, -30, 5],
      ['nothing when it holds more', 0, 51, 0, 50],
      ['below nothing', 0, -5, -55, -5],
    ])('should lower the level to %s', (_, travelling, units, change, level) => {
      const bucket = bucketWith(50);
      bucket.take(travelling);
      expect([bucket.lowerTo(units), bucket.level]).toEqual([change, level]);
    });

    it.each([
      ['nothing', 0, -1],
      ['a little', 5, -1],
      ['less than nothing', -3, -4],
      ['more than is on the way', 57, 7],
    ])('should go below zero by at most the inflow of a second: with a reported level of %s', (_, units, level) => {
      const bucket = new Bucket(60_000, 60, 0);
      bucket.take(50);
      bucket.add(48);
      bucket.lowerTo(units, false);
      expect(bucket.level).toBe(level);
    });

    it('should subtract all units on the way where refused units are given back', () => {
      const bucket = new Bucket(60_000, 60, 0);
      bucket.take(50);
      bucket.lowerTo(5);
      expect(bucket.level).toBe(-45);
    });

    it('should not change a level that is lower already', () => {
      const bucket = new Bucket(60_000, 60, 0);
      bucket.take(70);
      expect([bucket.lowerTo(0, false), bucket.level]).toEqual([0, -10]);
    });
  });

  it('should keep the distance to full when its limit is changed', () => {
    const bucket = bucketWith(70);
    bucket.resize(200);
    expect([bucket.limit, bucket.level, bucket.rate]).toEqual([200, 170, 0.2]);
    bucket.resize(20);
    expect([bucket.limit, bucket.level]).toEqual([20, -10]);
  });

  describe('correct', () => {
    it('should attribute no more to others than is left for them', () => {
      const bucket = new Bucket(60_000, 100, 0);
      bucket.take(30);
      // What is in transit may arrive later than the requests of others.
      expect([bucket.correct(-1e15), bucket.level]).toEqual([-100, -30]);
      expect([bucket.correct(-10), bucket.level]).toEqual([0, -30]);
      expect([bucket.correct(1e15), bucket.level]).toEqual([100, 70]);
    });

    it('should take the units that others took, and give back at most those', () => {
      const bucket = bucketWith(50);
      expect(bucket.correct(10)).toBe(0);
      expect(bucket.level).toBe(50);
      expect(bucket.correct(-20)).toBe(-20);
      expect(bucket.correct(5)).toBe(5);
      expect(bucket.correct(30)).toBe(15);
      expect(bucket.level).toBe(50);
    });

    it('should give back the inflow that was held back for others', () => {
      const bucket = bucketWith(0);
      bucket.foreign = 0.04;
      bucket.refill(500, 1);
      expect(bucket.level).toBeCloseTo(30, 9);
      expect(bucket.correct(50)).toBeCloseTo(20, 9);
      expect(bucket.level).toBeCloseTo(50, 9);
    });

    it('should forget what was taken for others after the bucket was full', () => {
      const bucket = bucketWith(90);
      bucket.correct(-20);
      bucket.refill(400, 1);
      expect(bucket.level).toBe(100);
      bucket.take(40);
      bucket.arrive(40);
      expect(bucket.correct(20)).toBe(0);
      expect(bucket.level).toBe(60);
    });

    it('should forget what was taken for others when the server reports a lower level', () => {
      const bucket = bucketWith(90);
      bucket.correct(-20);
      bucket.lowerTo(40);
      expect(bucket.correct(20)).toBe(0);
      expect(bucket.level).toBe(40);
    });

    it('should still give back what was taken for others when the server reports a higher level', () => {
      const bucket = bucketWith(90);
      bucket.correct(-20);
      bucket.lowerTo(80);
      expect(bucket.correct(20)).toBe(20);
    });
  });
});
