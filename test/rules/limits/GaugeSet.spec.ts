import { describe, expect, it } from 'vitest';
import { GaugeSet } from '../../../src/rules/limits/GaugeSet.ts';

const limitOf = (gauges: GaugeSet): number | undefined => gauges.find('tpm')?.bucket.limit;

describe('GaugeSet', () => {
  it('should not believe an answer from before a cut that comes after it', () => {
    const gauges = new GaugeSet({ tpm: 1_000 }, {}, 0);
    expect(gauges.hear('tpm', 600, 20, 50)).toBe(true);
    expect(gauges.hear('tpm', 1_000, 10, 60)).toBe(false);
    expect(limitOf(gauges)).toBe(600);
    expect(gauges.hear('tpm', 800, 30, 70)).toBe(true);
    expect(limitOf(gauges)).toBe(800);
  });

  it('should believe an earlier request that was told the same', () => {
    const gauges = new GaugeSet({ tpm: 1_000 }, {}, 0);
    gauges.hear('tpm', 600, 20, 50);
    expect([gauges.hear('tpm', 600, 10, 60), gauges.hear('tpm', 601, 10, 60)]).toEqual([true, false]);
  });

  it('should believe in less at once, and then again in what a later request is told', () => {
    const gauges = new GaugeSet({ tpm: 1_000 }, {}, 0);
    gauges.hear('tpm', 1_000, 20, 50);
    expect(gauges.hear('tpm', 600, 10, 60)).toBe(true);
    expect(limitOf(gauges)).toBe(600);
    // That of the twentieth millisecond is the latest that anybody was told, whatever came in between.
    expect(gauges.hear('tpm', 1_000, 15, 70)).toBe(false);
    expect(gauges.hear('tpm', 1_000, 20, 70)).toBe(true);
    expect(limitOf(gauges)).toBe(1_000);
  });

  it('should keep below a ceiling of our own, whatever it hears', () => {
    const gauges = new GaugeSet({}, { tpm: 500 }, 0);
    gauges.hear('tpm', 1_000, 1, 1);
    expect(limitOf(gauges)).toBe(500);
    gauges.hear('tpm', 400, 2, 2);
    expect(limitOf(gauges)).toBe(400);
  });

  it('should keep a ceiling that is not changed, also where it is said to be undefined', () => {
    const gauges = new GaugeSet({}, { tpm: 500 }, 0);
    gauges.hear('tpm', 1_000, 1, 1);
    gauges.cap({ rpm: 10, tpm: undefined }, 2);
    expect(limitOf(gauges)).toBe(500);
  });
});
