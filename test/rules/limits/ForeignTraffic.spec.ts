import { describe, expect, it } from 'vitest';
import { ForeignTraffic } from '../../../src/rules/limits/ForeignTraffic.ts';

const INFLOW = 1;

/** What is believed after so many times two seconds in each of which so much was missing. */
const after = (times: number, missing: number, traffic = new ForeignTraffic(0), start = 0): ForeignTraffic => {
  for (let i = 1; i <= times; i++) {
    traffic.note(missing);
    traffic.renew(INFLOW, start + 2_000 * i);
  }
  return traffic;
};

describe('ForeignTraffic', () => {
  it('should assume no other clients at first', () => {
    expect([new ForeignTraffic(0).rate, new ForeignTraffic(0).lump]).toEqual([0, 0]);
  });

  it('should make no estimate before two seconds have passed', () => {
    const traffic = new ForeignTraffic(100);
    traffic.note(1_000);
    traffic.renew(INFLOW, 2_099);
    expect(traffic.rate).toBe(0);
    traffic.renew(INFLOW, 2_100);
    expect(traffic.rate).toBeGreaterThan(0);
  });

  it('should come close to a third within a minute', () => {
    // What it finds is missing beyond what it believes already.
    const traffic = new ForeignTraffic(0);
    for (let i = 1; i <= 30; i++) {
      traffic.note((0.3 - traffic.rate) * 2_000);
      traffic.renew(INFLOW, 2_000 * i);
    }
    expect(traffic.rate).toBeGreaterThan(0.28);
    expect(traffic.rate).toBeLessThan(0.32);
  });

  it('should give the first finding half its weight, and each that follows less', () => {
    expect(after(1, 400).rate).toBeCloseTo(0.1, 9);
    const second = after(2, 400).rate - 0.1 * 0.995;
    expect(second).toBeCloseTo(0.2 / 3, 9);
  });

  it('should give a finding of a longer time the more weight', () => {
    const long = after(9, 0);
    long.note(2_000 * 10 * 0.5);
    long.renew(INFLOW, 18_000 + 20_000);
    const short = after(9, 0);
    short.note(2_000 * 0.5);
    short.renew(INFLOW, 18_000 + 2_000);
    expect(short.rate).toBeCloseTo(0.1, 9);
    expect(long.rate).toBeCloseTo(0.5 * (1 - 0.8 ** 10), 9);
  });

  it('should forget slowly what is not found again', () => {
    const traffic = after(1, 400);
    expect(after(200, 0, traffic, 2_000).rate).toBeCloseTo(0.1 * 0.995 ** 200, 9);
  });

  it('should lower its estimate when what was missing is there after all, down to nothing', () => {
    const traffic = after(1, 400);
    expect(after(1, -100, traffic, 2_000).rate).toBeLessThan(0.1);
    expect(after(1, -1e9, traffic, 4_000).rate).toBe(0);
  });

  it('should take no burst for more than all that flows in, and leave a twentieth to us', () => {
    expect(after(1, 1e9).rate).toBeCloseTo(0.5, 9);
    expect(after(50, 1e9).rate).toBe(0.95);
  });

  it('should remember the largest lump, a little less with each answer that shows a smaller one', () => {
    const traffic = new ForeignTraffic(0);
    traffic.note(500);
    expect(traffic.lump).toBe(500);
    traffic.note(0);
    traffic.note(-70);
    expect(traffic.lump).toBeCloseTo(500 * 0.98 ** 2, 9);
    traffic.note(600);
    expect(traffic.lump).toBe(600);
  });
});
