import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { dueAt, dueBy, type Pace, play } from '../../src/simulator/pace.ts';
import { simulatorClock } from '../../src/simulator/simulatorClock.ts';

describe('dueBy', () => {
  it('should be the inverse of dueAt', () => {
    for (const tokensPerSecond of [1, 3, 500, Number.POSITIVE_INFINITY]) {
      const pace: Pace = { firstToken: 100, tokensPerSecond };
      for (let index = 0; index < 50; index++) {
        expect(dueBy(pace, dueAt(pace, index) + 1e-6, 50)).toBeGreaterThanOrEqual(index + 1);
        if (dueAt(pace, index) > 100) expect(dueBy(pace, dueAt(pace, index) - 1e-3, 50)).toBeLessThanOrEqual(index);
      }
      expect(dueBy(pace, 99, 50)).toBe(0);
      expect(dueBy(pace, 1e9, 50)).toBe(50);
    }
  });
});

describe('play', () => {
  const begin = (pace: Pace, to: number, { speed = 1, take = (): boolean => true } = {}) => {
    const scheduler = new VirtualTimeScheduler();
    const clock = simulatorClock(scheduler, speed);
    const seen: [at: number, what: string][] = [];
    const playing = play({
      clock,
      pace,
      startedAt: 0,
      from: 0,
      to,
      emit(from, until) {
        seen.push([scheduler.now(), `${from}-${until}`]);
        return take();
      },
      done: () => seen.push([scheduler.now(), 'done']),
    });
    return { scheduler, playing, seen };
  };

  it('should emit each piece when it is due, and end when one more would be due', () => {
    const { scheduler, seen } = begin({ firstToken: 100, tokensPerSecond: 50 }, 3);
    scheduler.flush();
    expect(seen).toEqual([
      [100, '0-1'],
      [120, '1-2'],
      [140, '2-3'],
      [160, 'done'],
    ]);
  });

  it('should be accelerated by the speed of the clock', () => {
    const { scheduler, seen } = begin({ firstToken: 100, tokensPerSecond: 50 }, 3, { speed: 20 });
    scheduler.flush();
    expect(seen.map(([at]) => at)).toEqual([5, 6, 7, 8]);
  });

  it('should emit pieces together that are due together', () => {
    const { scheduler, seen } = begin({ firstToken: 30, tokensPerSecond: Number.POSITIVE_INFINITY }, 1_000);
    scheduler.flush();
    expect(seen).toEqual([
      [30, '0-1000'],
      [30, 'done'],
    ]);
  });

  it('should end at the time of the first token when there are no pieces', () => {
    const { scheduler, seen } = begin({ firstToken: 30, tokensPerSecond: 50 }, 0);
    scheduler.flush();
    expect(seen).toEqual([[30, 'done']]);
  });

  it('should wait while the consumer is full, and then catch up', () => {
    let full = true;
    const { scheduler, playing, seen } = begin({ firstToken: 0, tokensPerSecond: 100 }, 5, { take: () => !full });
    scheduler.flush();
    expect(seen).toEqual([[0, '0-1']]);
    expect(scheduler.actions).toHaveLength(0);
    full = false;
    scheduler.frame = 25;
    playing.resume();
    playing.resume();
    scheduler.flush();
    expect(seen.slice(1)).toEqual([
      [25, '1-3'],
      [30, '3-4'],
      [40, '4-5'],
      [50, 'done'],
    ]);
  });

  it('should stop when unsubscribed, and not be resumed', () => {
    const { scheduler, playing, seen } = begin({ firstToken: 10, tokensPerSecond: 100 }, 5, { take: () => false });
    scheduler.flush();
    playing.unsubscribe();
    playing.resume();
    scheduler.flush();
    expect(seen).toEqual([[10, '0-1']]);
    const other = begin({ firstToken: 10, tokensPerSecond: 100 }, 5);
    other.playing.unsubscribe();
    other.scheduler.flush();
    expect(other.seen).toEqual([]);
  });
});

describe('simulatorClock', () => {
  it('should start at 0, whatever the time of its scheduler', () => {
    const scheduler = new VirtualTimeScheduler();
    scheduler.frame = 12_345;
    const clock = simulatorClock(scheduler, 2);
    expect(clock.now()).toBe(0);
    scheduler.frame += 10;
    expect(clock.now()).toBe(20);
  });

  it('should split a delay that is longer than a timer can wait', () => {
    const scheduler = new VirtualTimeScheduler();
    const delays: number[] = [];
    const schedule = scheduler.schedule.bind(scheduler);
    scheduler.schedule = (work, delay = 0, state) => {
      delays.push(delay);
      return schedule(work, delay, state);
    };
    let done = 0;
    simulatorClock(scheduler, 1).after(1e10, () => {
      done = scheduler.now();
    });
    scheduler.flush();
    expect(done).toBe(1e10);
    expect(Math.max(...delays)).toBeLessThanOrEqual(2 ** 31 - 1);
  });

  it('should restart a timer that fires early', () => {
    const scheduler = new VirtualTimeScheduler();
    let now = 0;
    const early = { now: () => now, schedule: scheduler.schedule.bind(scheduler) };
    let done = false;
    simulatorClock(early, 1).after(100, () => {
      done = true;
    });
    now = 60;
    scheduler.maxFrames = 100;
    scheduler.flush();
    expect(done).toBe(false);
    now = 100;
    scheduler.maxFrames = 200;
    scheduler.flush();
    expect(done).toBe(true);
  });
});
