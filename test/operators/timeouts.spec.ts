import { EMPTY, NEVER, Observable, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { TimeoutError, type TimeoutPhase } from '../../src/errors/TimeoutError.ts';
import { timeouts } from '../../src/operators/timeouts.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { marbles } from '../util/marbles.ts';
import { rx } from '../util/rx.ts';

const connected = { type: 'state', state: 'connected' };
const values = { a: 'a', b: 'b', c: 'c', d: 'd', e: 'e', s: connected, q: { type: 'state', state: 'queued' } };
const late = (phase: TimeoutPhase, limit: number) => new TimeoutError(phase, limit, { model: 'm' });

describe('timeouts', () => {
  it('should behave as its marble diagram shows', () => {
    rx(({ cold, scheduler, expectObservable, expectSubscriptions }) => {
      const { source, expected } = marbles('timeouts');
      const tokens = cold(source);
      const result = tokens.pipe(timeouts({ firstToken: 3, betweenTokens: 2, model: 'm', scheduler }));
      expectObservable(result).toBe(expected, undefined, late('betweenTokens', 2));
      expectSubscriptions(tokens.subscriptions).toBe('^-----!');
    });
  });

  it.each<[TimeoutPhase, number, string, string]>([
    ['connect', 3, '----s', '---#'],
    ['connect', 3, '--s-------a|', '--s-------a|'],
    ['connect', 3, 'qqs--q----a|', 'qqs--q----a|'],
    ['connect', 3, 'qq--------s', 'qq-#'],
    ['connect', 3, '--a-------|', '--a-------|'],
    ['firstToken', 5, 's---------a', 's----#'],
    ['firstToken', 5, 's---a----------b|', 's---a----------b|'],
    ['betweenTokens', 3, 's------a--b--c----|', 's------a--b--c--#'],
    ['total', 6, 'a-b-c--d-e', 'a-b-c-#'],
    ['total', 6, 'a-b-c|', 'a-b-c|'],
  ])('should fail when %s takes longer than %d: %s', (phase, limit, source, expected) => {
    rx(({ cold, scheduler, expectObservable }) => {
      const result = cold(source, values).pipe(timeouts({ [phase]: limit, model: 'm', scheduler }));
      expectObservable(result).toBe(expected, values, late(phase, limit));
    });
  });

  it.each<[TimeoutPhase, string, string]>([
    ['firstToken', 's------', 's-----#'],
    ['firstToken', 's-----a', 's-----a'],
    ['betweenTokens', 'a------', 'a-----#'],
    ['total', 's------', 's--#'],
  ])('should suspend %s while paused, but not the total: %s', (phase, source, expected) => {
    rx(({ cold, scheduler, expectObservable }) => {
      const isPaused = () => scheduler.now() < 5;
      const result = cold(source, values).pipe(timeouts({ [phase]: 3, isPaused, model: 'm', scheduler }));
      expectObservable(result).toBe(expected, values, late(phase, 3));
    });
  });

  it.each<[TimeoutPhase, string, string]>([
    ['firstToken', 's------', 's----#'],
    ['firstToken', 's---a--', 's---a---'],
    ['betweenTokens', 'a------', 'a----#'],
    ['betweenTokens', 'a-b----', 'a-b--#'],
    ['betweenTokens', 'a--b---', 'a--b--#'],
    ['total', 's------', 's--#'],
  ])(
    'should not count a pause that ended before the timer fired, except towards the total: %s',
    (phase, source, expected) => {
      rx(({ cold, scheduler, expectObservable }) => {
        // Paused from frame 1 to frame 2.
        const isPaused = () => (scheduler.now() < 2 ? scheduler.now() >= 1 : 2);
        const result = cold(source, values).pipe(timeouts({ [phase]: 3, isPaused, model: 'm', scheduler }));
        expectObservable(result).toBe(expected, values, late(phase, 3));
      });
    },
  );

  it('should name the phase that expires first', () => {
    rx(({ cold, scheduler, expectObservable }) => {
      const config = { connect: 9, firstToken: 4, betweenTokens: 1, total: 20, model: 'm', scheduler };
      expectObservable(cold('-----------').pipe(timeouts(config))).toBe('----#', undefined, late('firstToken', 4));
    });
  });

  it.each<[TimeoutPhase, TimeoutPhase]>([
    ['total', 'firstToken'],
    ['total', 'connect'],
    ['connect', 'firstToken'],
  ])('should name `%s` when it expires together with `%s`', (named, other) => {
    rx(({ cold, scheduler, expectObservable }) => {
      const result = cold('------').pipe(timeouts({ [named]: 4, [other]: 4, model: 'm', scheduler }));
      expectObservable(result).toBe('----#', undefined, late(named, 4));
    });
  });

  it('should start no timer for a subscriber that has left already', () => {
    const clock = virtualClock();
    new Observable<never>((left) => {
      left.unsubscribe();
      NEVER.pipe(timeouts({ total: 100, scheduler: clock })).subscribe(left);
    }).subscribe();
    expect(clock.pending).toBe(0);
  });

  it.each(['isPaused', 'fail'] as const)('should fail with what `%s` throws', (callback) => {
    rx(({ cold, scheduler, expectObservable, expectSubscriptions }) => {
      const thrown = new Error('thrown');
      const throws = () => {
        throw thrown;
      };
      const source = cold('-----');
      const result = source.pipe(timeouts({ total: 3, [callback]: throws, scheduler }));
      expectObservable(result).toBe('---#', values, thrown);
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('should unsubscribe from its source before it emits the error', () => {
    rx(({ cold, scheduler, flush }) => {
      const order: string[] = [];
      const source = cold('----');
      const watched = new Proxy(source, {});
      watched.pipe(timeouts({ total: 2, scheduler })).subscribe({
        error: () => order.push(`error ${source.subscriptions[0]?.unsubscribedFrame ?? ''}`),
      });
      flush();
      if (order[0] !== 'error 2') throw new Error(`expected the source to be left at frame 2: ${order.join()}`);
    });
  });

  it('should leave no timer, however it ends', () => {
    rx(({ cold, scheduler, expectObservable, expectSubscriptions }) => {
      const config = { connect: 50, firstToken: 50, betweenTokens: 50, total: 50, scheduler };
      const bad = new Error('bad');
      expectObservable(EMPTY.pipe(timeouts(config))).toBe('|');
      expectObservable(cold('a-#', values, bad).pipe(timeouts(config))).toBe('a-#', values, bad);
      const source = cold('a---');
      expectObservable(source.pipe(timeouts(config)), '--!').toBe('a--');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it('should have one timer, and none after it has ended', () => {
    const clock = virtualClock();
    const source = new Subject<string>();
    // The first token may take longer than the next one.
    const limits = { firstToken: 1_000, betweenTokens: 100, total: 10_000, scheduler: clock };
    const subscription = source.pipe(timeouts(limits)).subscribe();
    expect(clock.pending).toBe(1);
    source.next('a');
    expect(clock.pending).toBe(1);
    subscription.unsubscribe();
    expect(clock.pending).toBe(0);
  });

  it('should accept a token that arrives while the expired timer is handled', () => {
    const clock = virtualClock();
    const source = new Subject<string>();
    const ends: unknown[] = [];
    source.pipe(timeouts({ firstToken: 100, betweenTokens: 100, scheduler: clock })).subscribe({
      error: (error: unknown) => ends.push([clock.now(), error]),
    });
    // After the timer has fired.
    clock.schedule(() => {
      source.next('a');
    }, 100);
    clock.flush();
    expect(ends).toEqual([[200, new TimeoutError('betweenTokens', 100)]]);
  });

  it('should set no timer when `isPaused` has unsubscribed', () => {
    const clock = virtualClock();
    const isPaused = (): boolean => {
      subscription.unsubscribe();
      return true;
    };
    const subscription = NEVER.pipe(timeouts({ firstToken: 100, isPaused, scheduler: clock })).subscribe();
    clock.flush(100);
    expect(clock.pending).toBe(0);
  });

  it('should do nothing without limits', () => {
    rx(({ cold, expectObservable }) => {
      expectObservable(cold('-----a|').pipe(timeouts({}))).toBe('-----a|');
    });
  });
});
