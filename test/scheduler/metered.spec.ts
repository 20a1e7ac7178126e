import { NEVER, Observable, of, type Subscriber } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { StateToken } from '../../src/model/Token.ts';
import type { AttemptEnd } from '../../src/scheduler/Attempt.ts';
import { metered } from '../../src/scheduler/metered.ts';
import { rx } from '../util/rx.ts';

const connected: StateToken = { type: 'state', state: 'connected' };
const queued: StateToken = { type: 'state', state: 'queued' };

/** A meter that writes down what it hears, beside what the subscriber hears. */
function listening() {
  const heard: unknown[] = [];
  const meter = {
    sent: () => heard.push('sent'),
    value: (value: string) => heard.push(value),
    ended: (how: AttemptEnd) => heard.push(how.type),
  };
  const subscriber = {
    next: (value: unknown) => heard.push(['next', value]),
    error: (error: unknown) => heard.push(['error', error]),
    complete: () => heard.push(['complete']),
  };
  return { heard, meter, subscriber };
}

describe('metered', () => {
  it.each([
    ['|      ', '(^!)'],
    ['-|     ', '^!'],
    ['a-b-c-|', '^-----!'],
    ['-a-#   ', '^--!'],
    ['#      ', '(^!)'],
    ['-      ', '^'],
  ])('should pass %s on as it is', (source, subs) => {
    rx(({ cold, expectObservable, expectSubscriptions }) => {
      const values = cold(source);
      expectObservable(values.pipe(metered(listening().meter))).toBe(source);
      expectSubscriptions(values.subscriptions).toBe(subs);
    });
  });

  it('should unsubscribe early, and say so', () => {
    rx(({ hot, expectObservable, expectSubscriptions, flush }) => {
      const { heard, meter } = listening();
      const values = hot('-a-b-c-|');
      const subs = '      ^---!';
      const expected = '  -a-b-';
      expectObservable(values.pipe(metered(meter)), subs).toBe(expected);
      expectSubscriptions(values.subscriptions).toBe(subs);
      flush();
      expect(heard).toEqual(['a', 'b', 'left']);
    });
  });

  it('should tell the meter first, and the end once', () => {
    const { heard, meter, subscriber } = listening();
    of(queued, connected, 'a').pipe(metered(meter)).subscribe(subscriber);
    expect(heard).toEqual([
      ['next', queued],
      'sent',
      ['next', connected],
      'a',
      ['next', 'a'],
      'completed',
      ['complete'],
    ]);
  });

  it('should tell the meter of an error first', () => {
    const { heard, meter, subscriber } = listening();
    new Observable<string>((destination) => {
      destination.error('no');
    })
      .pipe(metered(meter))
      .subscribe(subscriber);
    expect(heard).toEqual(['failed', ['error', 'no']]);
  });

  it('should tell the meter when nobody listens any more, once', () => {
    const { heard, meter, subscriber } = listening();
    let source: Subscriber<string> | undefined;
    const subscription = new Observable<string>((destination) => {
      source = destination;
    })
      .pipe(metered(meter))
      .subscribe(subscriber);
    subscription.unsubscribe();
    subscription.unsubscribe();
    source?.error('late');
    expect(heard).toEqual(['left']);
  });

  it('should tell the meter when the one who would listen has left already', () => {
    const { heard, meter } = listening();
    new Observable<string>((destination) => {
      destination.unsubscribe();
      NEVER.pipe(metered(meter)).subscribe(destination as never);
    }).subscribe();
    expect(heard).toEqual(['left']);
  });

  it('should make an error of what the meter throws', () => {
    const { meter, heard, subscriber } = listening();
    const error = new Error('full');
    of('a')
      .pipe(
        metered({
          ...meter,
          value: () => {
            throw error;
          },
        }),
      )
      .subscribe(subscriber);
    expect(heard).toContainEqual(['error', error]);
  });
});
