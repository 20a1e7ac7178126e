import { describe, expect, it } from 'vitest';
import { WindowLog } from '../../../src/rules/limits/WindowLog.ts';

/** A minute, in slots of a quarter of a second. */
const MINUTE = 60_000;
const SLOT = 250;

/** How long a charge at the start of a slot is counted: three slots longer than the window. */
const COUNTED = MINUTE + 3 * SLOT;

describe('WindowLog', () => {
  it('should count a charge for a window and three slots from the start of its slot', () => {
    const log = new WindowLog(MINUTE);
    log.add(5, 1_000, 1_000);
    log.add(7, 1_249, 1_249);
    log.add(11, 1_250, 1_250);
    expect(log.used(1_250)).toBe(23);
    expect(log.used(1_000 + COUNTED - 1)).toBe(23);
    expect(log.used(1_000 + COUNTED)).toBe(11);
    expect(log.used(1_250 + COUNTED)).toBe(0);
  });

  it('should forget everything after a long time', () => {
    const log = new WindowLog(MINUTE);
    for (let now = 0; now < MINUTE; now += 100) log.add(1, now, now);
    expect(log.used(MINUTE)).toBe(600);
    expect(log.used(1e12)).toBe(0);
    log.add(2, 1e12, 1e12);
    expect(log.used(1e12)).toBe(2);
  });

  it('should reduce a charge in its own slot, or not at all once it is forgotten', () => {
    const log = new WindowLog(MINUTE);
    log.add(10, 0, 0);
    log.add(20, 5_000, 5_000);
    log.add(-4, 0, 30_000);
    expect(log.used(30_000)).toBe(26);
    expect(log.used(COUNTED)).toBe(20);
    log.add(-6, 0, COUNTED);
    expect(log.used(COUNTED)).toBe(20);
    log.add(-15, 5_000, COUNTED);
    expect(log.used(COUNTED)).toBe(5);
  });

  it('should count each charge once when the clock goes back', () => {
    const log = new WindowLog(MINUTE);
    log.add(10, 50_000, 50_000);
    expect(log.used(10_000)).toBe(10);
    log.add(1, 49_000, 10_000);
    expect(log.used(49_000 + COUNTED - 1)).toBe(11);
    expect(log.used(49_000 + COUNTED)).toBe(10);
  });

  it.each([
    ['nothing when so much may be counted', 60, 0],
    ['until the first is forgotten', 59, COUNTED - 20_000],
    ['until the first is forgotten, also for less', 50, COUNTED - 20_000],
    ['until the second is forgotten', 49, COUNTED + 10_000 - 20_000],
    ['until all are forgotten', 0, COUNTED + 15_000 - 20_000],
  ])('should return the wait: %s', (_, units, ms) => {
    const log = new WindowLog(MINUTE);
    log.add(10, 0, 0);
    log.add(20, 10_000, 10_000);
    log.add(30, 15_000, 15_000);
    expect(log.waitFor(units, 20_000)).toBe(ms);
    if (ms > 0) expect(log.used(20_000 + ms - 1)).toBeGreaterThan(units);
    expect(log.used(20_000 + ms)).toBeLessThanOrEqual(units);
  });

  it('should wait for the latest charge, and not for one that was forgotten meanwhile', () => {
    const log = new WindowLog(MINUTE);
    log.add(10, 0, 0);
    expect(log.waitFor(0, 0)).toBe(COUNTED);
    expect(log.waitFor(0, COUNTED)).toBe(0);
    log.add(10, 90_000, 90_000);
    expect(log.waitFor(0, 90_000 + COUNTED + 10_000)).toBe(0);
    log.add(10, 200_000, 200_000);
    expect(log.waitFor(0, 200_000)).toBe(COUNTED);
  });

  it('should not wait for a negative number of units', () => {
    const log = new WindowLog(MINUTE);
    expect(log.waitFor(-1, 5)).toBe(0);
  });
});
