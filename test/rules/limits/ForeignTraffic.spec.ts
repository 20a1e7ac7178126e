import { describe, expect, it } from 'vitest';
import { ForeignTraffic } from '../../../src/rules/limits/ForeignTraffic.ts';

const INFLOW = 1;

/** The estimate after `times` intervals of two seconds, in each of which `missing` units were missing. */
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

  it('should come within 0.02 of a share of 0.3 in a minute', () => {
    // Findings are relative to the current estimate.
    const traffic = new ForeignTraffic(0);
    for (let i = 1; i <= 30; i++) {
      traffic.note((0.3 - traffic.rate) * 2_000);
      traffic.renew(INFLOW, 2_000 * i);
    }
    expect(traffic.rate).toBeGreaterThan(0.28);
    expect(traffic.rate).toBeLessThan(0.32);
  });

  it('should give the first finding half the weight, and each later one less', () => {
    expect(after(1, 400).rate).toBeCloseTo(0.1, 9);
    const second = after(2, 400).rate - 0.1 * 0.995;
    expect(second).toBeCloseTo(0.2 / 3, 9);
  });

  it('should give a finding over a longer time more weight', () => {
    const long = after(9, 0);
    long.note(2_000 * 10 * 0.5);
    long.renew(INFLOW, 18_000 + 20_000);
    const short = after(9, 0);
    short.note(2_000 * 0.5);
    short.renew(INFLOW, 18_000 + 2_000);
    expect(short.rate).toBeCloseTo(0.1, 9);
    expect(long.rate).toBeCloseTo(0.5 * (1 - 0.8 ** 10), 9);
  });

  it('should slowly forget a share that is not found again', () => {
    const traffic = after(1, 400);
    expect(after(200, 0, traffic, 2_000).rate).toBeCloseTo(0.1 * 0.995 ** 200, 9);
  });

  it('should lower its estimate, at least to zero, when missing units turn up after all', () => {
    const traffic = after(1, 400);
    expect(after(1, -100, traffic, 2_000).rate).toBeLessThan(0.1);
    expect(after(1, -1e9, traffic, 4_000).rate).toBe(0);
  });

  it('should limit a burst to the whole inflow, and leave a twentieth of the inflow to this client', () => {
    expect(after(1, 1e9).rate).toBeCloseTo(0.5, 9);
    expect(after(50, 1e9).rate).toBe(0.95);
  });

  it('should remember the largest lump, and decay it by each answer that shows a smaller one', () => {
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
