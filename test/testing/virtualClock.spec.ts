import { virtualClock, wordCounter } from 'rxgroq/testing';
import { interval, map, take, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

describe('virtualClock', () => {
  it('should run actions in order of time, and equal times in order of scheduling', () => {
    const clock = virtualClock();
    const done: (readonly [string, number])[] = [];
    const note = (name: string) => (): void => {
      done.push([name, clock.now()]);
    };
    clock.schedule(note('b'), 5);
    clock.schedule(note('c'), 5);
    clock.schedule(note('a'), -1);
    clock.flush();
    expect(done).toEqual([
      ['a', 0],
      ['b', 5],
      ['c', 5],
    ]);
  });

  it('should stop at a given time, and continue', () => {
    const clock = virtualClock();
    const ticks: number[] = [];
    interval(10, clock)
      .pipe(
        take(4),
        map(() => clock.now()),
      )
      .subscribe((at) => ticks.push(at));
    clock.flush(25);
    expect([ticks, clock.now(), clock.pending]).toEqual([[10, 20], 25, 1]);
    clock.flush();
    expect([ticks, clock.now(), clock.pending]).toEqual([[10, 20, 30, 40], 40, 0]);
  });

  it('should not run a cancelled action', () => {
    const clock = virtualClock();
    const left = timer(5, clock).subscribe(() => expect.unreachable());
    left.unsubscribe();
    expect(clock.pending).toBe(0);
    clock.flush();
    expect(clock.now()).toBe(0);
  });

  it('should keep no work of an action that has rescheduled itself twice', () => {
    const clock = virtualClock();
    const times: number[] = [];
    const put = (more: number[]) =>
      clock.schedule(
        function (delays) {
          times.push(clock.now());
          for (const delay of delays) this.schedule([], delay);
        },
        1,
        more,
      );
    put([5, 9]);
    clock.flush();
    expect(times).toEqual([1, 6, 10]);
    const left = put([5, 9]);
    clock.flush(12);
    left.unsubscribe();
    expect([times, clock.pending]).toEqual([[1, 6, 10, 11], 0]);
  });
});

describe('wordCounter', () => {
  it('should count the words of all messages', () => {
    const parts = [
      { type: 'text' as const, text: 'two words' },
      { type: 'text' as const, text: 'and three more' },
    ];
    const messages = [
      { role: 'system' as const, content: 'Be brief.' },
      { role: 'user' as const, content: parts },
      { role: 'assistant' as const, content: null },
    ];
    expect(wordCounter().count({ model: 'm', messages })).toEqual({ tokens: 7, bound: 7, exact: true });
  });
});
