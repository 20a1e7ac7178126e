import { describe, expect, it } from 'vitest';
import { Bucket } from '../../src/rules/Bucket.ts';

const WINDOW = 1_000;

/** A bucket that lets one unit flow in each ten milliseconds. */
const bucketWith = (level: number): Bucket => {
  const bucket = new Bucket(WINDOW, 100, 0);
  bucket.take(100 - level);
  bucket.arrive(100 - level);
  return bucket;
};

describe('Bucket', () => {
  describe('correct', () => {
    it('should take what others took, and give back no more than that', () => {
      const bucket = bucketWith(50);
      expect(bucket.correct(10)).toBe(0);
      expect(bucket.level).toBe(50);
      expect(bucket.correct(-20)).toBe(-20);
      expect(bucket.correct(5)).toBe(5);
      expect(bucket.correct(30)).toBe(15);
      expect(bucket.level).toBe(50);
    });

    it('should give back what was held back for others', () => {
      const bucket = bucketWith(0);
      bucket.foreign = 0.04;
      bucket.refill(500, 1);
      expect(bucket.level).toBeCloseTo(30, 9);
      expect(bucket.correct(50)).toBeCloseTo(20, 9);
      expect(bucket.level).toBeCloseTo(50, 9);
    });

    it('should forget what was taken for others when it was full after that', () => {
      const bucket = bucketWith(90);
      bucket.correct(-20);
      bucket.refill(400, 1);
      expect(bucket.level).toBe(100);
      bucket.take(40);
      bucket.arrive(40);
      expect(bucket.correct(20)).toBe(0);
      expect(bucket.level).toBe(60);
    });
  });
});
