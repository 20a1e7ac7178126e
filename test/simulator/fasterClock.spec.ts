import { interval, lastValueFrom, take, timer } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isValidationError } from '../../src/errors/guards.ts';
import { fasterClock } from '../../src/simulator/index.ts';

describe('fasterClock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('should run faster by the given factor', () => {
    const clock = fasterClock(20);
    const start = clock.now();
    vi.advanceTimersByTime(50);
    expect(clock.now() - start).toBeCloseTo(1_000, 6);
  });

  it('should shorten delays, and never fire early', () => {
    const clock = fasterClock(20);
    const woken: number[] = [];
    const start = performance.now();
    for (const delay of [0, 1, 20, 21, 1_000]) clock.schedule(() => woken.push(performance.now() - start), delay);
    vi.advanceTimersByTime(100);
    expect(woken.map(Math.round).sort((a, b) => a - b)).toEqual([0, 1, 1, 2, 50]);
  });

  it('should shorten the delays of rescheduled work', () => {
    const clock = fasterClock(10);
    const start = performance.now();
    const since = (): number => Math.round(performance.now() - start);
    const ticks: number[] = [];
    interval(1_000, clock)
      .pipe(take(3))
      .subscribe(() => ticks.push(since()));
    const visits: string[] = [];
    clock.schedule<number | undefined>(
      function (n) {
        const count = n ?? 0;
        visits.push(`${count} at ${since()}`);
        if (count < 3) this.schedule(count + 1, 5_000);
      },
      0,
      0,
    );
    vi.advanceTimersByTime(10_000);
    expect(ticks).toEqual([100, 200, 300]);
    expect(visits).toEqual(['0 at 0', '1 at 500', '2 at 1000', '3 at 1500']);
  });

  it('should cancel unsubscribed work', async () => {
    const clock = fasterClock(1_000);
    clock.schedule(() => expect.unreachable(), 10_000).unsubscribe();
    const late = lastValueFrom(timer(60_000, clock));
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(60);
    await late;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('should not wake at once when it is so slow that a delay is too long for a timer', () => {
    const clock = fasterClock(0.01);
    const woken = vi.fn();
    const repeated = clock.schedule(function () {
      woken();
      this.schedule(undefined, 86_400_000);
    }, 86_400_000);
    vi.advanceTimersByTime(1_000);
    expect(woken).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2 ** 31);
    vi.advanceTimersByTime(2 ** 31);
    expect(woken).toHaveBeenCalledTimes(2);
    repeated.unsubscribe();
  });

  it.each([0, -1, Number.NaN, Infinity])('should refuse a speed of %s', (speed) => {
    expect(() => fasterClock(speed)).toThrow(expect.objectContaining({ path: 'speed', got: String(speed) }));
    try {
      fasterClock(speed);
    } catch (error) {
      expect(isValidationError(error)).toBe(true);
    }
  });
});
