import { describe, expect, it } from 'vitest';
import type { Limits } from '../../../src/model/Limits.ts';
import { GaugeSet } from '../../../src/rules/limits/GaugeSet.ts';

const limitOf = (gauges: GaugeSet): number | undefined => gauges.find('tpm')?.bucket.limit;

describe('GaugeSet', () => {
  it('should ignore a higher limit that was reported to an older request', () => {
    const gauges = new GaugeSet({ tpm: 1_000 }, {}, [], 0);
    expect(gauges.hear('tpm', 600, 20, 50)).toBe(true);
    expect(gauges.hear('tpm', 1_000, 10, 60)).toBe(false);
    expect(limitOf(gauges)).toBe(600);
    expect(gauges.hear('tpm', 800, 30, 70)).toBe(true);
    expect(limitOf(gauges)).toBe(800);
  });

  it('should accept the same limit for an older request', () => {
    const gauges = new GaugeSet({ tpm: 1_000 }, {}, [], 0);
    gauges.hear('tpm', 600, 20, 50);
    expect([gauges.hear('tpm', 600, 10, 60), gauges.hear('tpm', 601, 10, 60)]).toEqual([true, false]);
  });

  it('should accept a lower limit at once, and a higher one only for a request that is at least as recent', () => {
    const gauges = new GaugeSet({ tpm: 1_000 }, {}, [], 0);
    gauges.hear('tpm', 1_000, 20, 50);
    expect(gauges.hear('tpm', 600, 10, 60)).toBe(true);
    expect(limitOf(gauges)).toBe(600);
    // The request of millisecond 20 is still the latest one, whatever came in between.
    expect(gauges.hear('tpm', 1_000, 15, 70)).toBe(false);
    expect(gauges.hear('tpm', 1_000, 20, 70)).toBe(true);
    expect(limitOf(gauges)).toBe(1_000);
  });

  it('should stay below its ceiling, whatever the server reports', () => {
    const gauges = new GaugeSet({}, { tpm: 500 }, [], 0);
    gauges.hear('tpm', 1_000, 1, 1);
    expect(limitOf(gauges)).toBe(500);
    gauges.hear('tpm', 400, 2, 2);
    expect(limitOf(gauges)).toBe(400);
  });

  it('should keep a ceiling that is missing or undefined in a change', () => {
    const gauges = new GaugeSet({}, { tpm: 500 }, [], 0);
    gauges.hear('tpm', 1_000, 1, 1);
    gauges.cap({ rpm: 10, tpm: undefined }, 2);
    expect(limitOf(gauges)).toBe(500);
  });

  describe('when a limit that answers show is raised', () => {
    const sizes = (gauges: GaugeSet) =>
      Object.fromEntries(gauges.all.map(({ dimension, bucket }) => [dimension, bucket.limit]));
    const raised = (expected: Limits, ceilings: Limits, rpmToldAt = 20): GaugeSet => {
      const gauges = new GaugeSet(expected, ceilings, [], 0);
      gauges.hear('tpm', 8_000, 10, 10);
      gauges.hear('rpm', 30, rpmToldAt, rpmToldAt);
      gauges.hear('tpm', 250_000, 30, 30);
      return gauges;
    };

    it('should forget what a 429 has reported of a hidden limit, which may have been raised, too', () => {
      expect(sizes(raised({}, {}))).toEqual({ tpm: 250_000 });
      expect(sizes(raised({ rpm: 60 }, {}))).toEqual({ tpm: 250_000, rpm: 60 });
      expect(sizes(raised({}, { rpm: 40 }))).toEqual({ tpm: 250_000, rpm: 40 });
    });

    it('should keep a report that is newer, or higher than what was expected', () => {
      expect(sizes(raised({}, {}, 31))).toEqual({ tpm: 250_000, rpm: 30 });
      expect(sizes(raised({ rpm: 20 }, {}))).toEqual({ tpm: 250_000, rpm: 30 });
    });

    it('should keep it when that limit is first reported, or cut', () => {
      const gauges = new GaugeSet({ tpm: 1_000 }, {}, [], 0);
      gauges.hear('rpm', 30, 10, 10);
      gauges.hear('tpm', 8_000, 20, 20);
      gauges.hear('tpm', 6_000, 30, 30);
      expect(sizes(gauges)).toEqual({ tpm: 6_000, rpm: 30 });
    });
  });

  describe('mostOf', () => {
    const mostOf = (gauges: GaugeSet, now: number): number | undefined => {
      const gauge = gauges.find('tpm');
      return gauge && gauges.mostOf(gauge, now);
    };

    it('should be the reported limit for five minutes, then the ceiling', () => {
      const gauges = new GaugeSet({ tpm: 1_000 }, {}, [], 0);
      expect(mostOf(gauges, 1e9)).toBe(1_000);
      gauges.hear('tpm', 600, 10, 50);
      expect([mostOf(gauges, 300_010), mostOf(gauges, 300_011)]).toEqual([600, Infinity]);
      gauges.hear('tpm', 600, 300_011, 300_050);
      expect(mostOf(gauges, 300_050)).toBe(600);
      gauges.cap({ tpm: 700 }, 300_050);
      expect(mostOf(gauges, 1e9)).toBe(700);
    });

    it('should be the limit of the largest plan while the server has reported nothing', () => {
      const plans = [{ tpm: 500 }, { tpm: 2_000 }];
      expect(mostOf(new GaugeSet({ tpm: 500 }, {}, plans, 0), 0)).toBe(2_000);
      expect(mostOf(new GaugeSet({ tpm: 500 }, { tpm: 900 }, plans, 0), 0)).toBe(900);
      expect(mostOf(new GaugeSet({ tpm: 500 }, {}, [...plans, {}], 0), 0)).toBe(Infinity);
      const gauges = new GaugeSet({ tpm: 500 }, {}, plans, 0);
      gauges.hear('tpm', 500, 0, 0);
      expect(mostOf(gauges, 0)).toBe(500);
    });
  });

  describe('exceed', () => {
    it('should return to the expected limit, and at least to the served amount', () => {
      const gauges = new GaugeSet({ tpm: 1_000 }, {}, [], 0);
      gauges.hear('tpm', 100, 10, 10);
      gauges.exceed('tpm', 200, 20, 30);
      expect(limitOf(gauges)).toBe(1_000);
      gauges.hear('tpm', 100, 40, 40);
      gauges.exceed('tpm', 5_000, 50, 60);
      expect(limitOf(gauges)).toBe(5_000);
      expect(gauges.hear('tpm', 6_000, 5, 70)).toBe(true);
    });

    it('should not raise a limit when a request exceeds only a ceiling that was lowered meanwhile', () => {
      const gauges = new GaugeSet({ tpm: 1_000 }, {}, [], 0);
      gauges.hear('tpm', 1_000, 10, 10);
      gauges.cap({ tpm: 100 }, 30);
      gauges.exceed('tpm', 200, 20, 40);
      expect(gauges.hear('tpm', 2_000, 5, 50)).toBe(false);
    });

    it('should keep a limit that was reported to a request that is not older', () => {
      const gauges = new GaugeSet({ tpm: 1_000 }, {}, [], 0);
      gauges.hear('tpm', 100, 20, 30);
      gauges.exceed('tpm', 200, 20, 30);
      expect(limitOf(gauges)).toBe(100);
    });
  });

  it('should let a configured limit replace a reported one only in a dimension that answers do not show', () => {
    const gauges = new GaugeSet({ rpm: 30, tpm: 1_000 }, {}, [], 0);
    gauges.hear('rpm', 20, 1, 1);
    gauges.hear('tpm', 500, 1, 1);
    gauges.cap({ rpm: 90, tpm: 3_000 }, 2);
    expect([gauges.find('rpm')?.bucket.limit, limitOf(gauges)]).toEqual([90, 500]);
  });

  describe('with plans', () => {
    const free = { rpm: 30, rpd: 1_000, tpm: 8_000, tpd: 200_000 };
    const developer = { rpm: 1_000, rpd: 500_000, tpm: 250_000 };
    const all = (gauges: GaugeSet) =>
      Object.fromEntries(gauges.all.map(({ dimension, bucket }) => [dimension, bucket.limit]));

    it('should take the limits that answers do not show from the plan that matches those they show', () => {
      const gauges = new GaugeSet(free, {}, [free, developer], 0);
      gauges.hear('rpd', 500_000, 1, 1);
      expect(all(gauges)).toEqual({ ...free, rpd: 500_000 });
      gauges.hear('tpm', 250_000, 1, 1);
      expect([all(gauges), gauges.revision]).toEqual([developer, 8]);
      gauges.hear('tpm', 250_000, 2, 2);
      expect(gauges.revision).toBe(8);
    });

    it('should follow an account whose plan changes, or is smaller than configured', () => {
      const gauges = new GaugeSet(developer, {}, [free, developer], 0);
      for (const [at, plan] of [free, developer, free].entries()) {
        gauges.hear('rpd', plan.rpd, at, at);
        gauges.hear('tpm', plan.tpm, at, at);
        expect(all(gauges)).toEqual(plan);
      }
    });

    it('should keep reported and configured limits when a plan is matched', () => {
      const gauges = new GaugeSet({ ...free, tpd: 9 }, { tpd: 9 }, [free, developer], 0);
      gauges.hear('rpm', 30, 1, 1);
      gauges.hear('rpd', 500_000, 1, 1);
      gauges.hear('tpm', 250_000, 1, 1);
      expect(all(gauges)).toEqual({ rpm: 30, rpd: 500_000, tpm: 250_000, tpd: 9 });
      gauges.hear('rpm', 1_000, 2, 2);
      expect(all(gauges)).toEqual({ ...developer, tpd: 9 });
      const more = new GaugeSet({ ...free, rpm: 2_000 }, { rpm: 2_000 }, [free, developer], 0);
      more.hear('rpd', 500_000, 1, 1);
      more.hear('tpm', 250_000, 1, 1);
      expect(all(more)).toEqual({ ...developer, rpm: 2_000 });
    });

    it('should forget what a 429 reported before the plan changed, but not what one reports since', () => {
      const told = (at: number) => {
        const gauges = new GaugeSet(free, {}, [free, developer], 0);
        gauges.hear('rpm', 30, at, at);
        gauges.hear('rpd', 500_000, 5, 5);
        gauges.hear('tpm', 250_000, 5, 5);
        return all(gauges);
      };
      expect([told(4), told(5)]).toEqual([developer, { ...developer, rpm: 30 }]);
    });

    it('should follow no plan when several match', () => {
      const gauges = new GaugeSet(free, {}, [{ ...developer, rpm: 7 }, developer], 0);
      gauges.hear('rpd', 500_000, 1, 1);
      gauges.hear('tpm', 250_000, 1, 1);
      expect(gauges.find('rpm')?.bucket.limit).toBe(30);
    });
  });
});
