import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { later, soon, systemClock } from '../../src/ports/clock.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';

const WEEKS = 2 ** 31 - 1;

describe('later, with the system clock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('should act once, when the time has come', () => {
    const act = vi.fn();
    later(systemClock, act, 50);
    vi.advanceTimersByTime(49);
    expect(act).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_000);
    expect(act).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('should not act after it was cancelled, and leave no timer', () => {
    const act = vi.fn();
    later(systemClock, act, 50).unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(1_000);
    expect(act).not.toHaveBeenCalled();
  });

  it('should wait correctly for longer than a timer can', () => {
    const act = vi.fn();
    later(systemClock, act, 2 * WEEKS);
    vi.advanceTimersByTime(WEEKS - 1);
    expect(act).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(act).toHaveBeenCalledTimes(1);
  });
});

describe('a virtual clock', () => {
  it('should act in its own time', () => {
    const clock = virtualClock();
    const done: [string, number][] = [];
    later(clock, () => done.push(['later', clock.now()]), 50);
    later(clock, () => done.push(['never', clock.now()]), 20).unsubscribe();
    soon(clock, () => done.push(['soon', clock.now()]));
    clock.flush();
    expect(done).toEqual([
      ['soon', 0],
      ['later', 50],
    ]);
    expect(clock.pending).toBe(0);
  });
});
