import { Observable, type Subscriber } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { operate } from '../../../src/operators/internal/operate.ts';

const listen = () => {
  const heard: unknown[] = [];
  let destination: Subscriber<unknown> | undefined;
  new Observable((subscriber) => {
    destination = subscriber;
  }).subscribe({
    next: (value) => heard.push(value),
    error: (error: unknown) => heard.push(error),
    complete: () => heard.push('complete'),
  });
  if (destination === undefined) throw new Error('It was not subscribed to.');
  return { heard, destination };
};

describe('operate', () => {
  it('should pass notifications on without handlers', () => {
    const { heard, destination } = listen();
    const subscriber = operate<unknown, unknown>({ destination });
    subscriber.next(1);
    subscriber.complete();
    expect(heard).toEqual([1, 'complete']);
    const failing = listen();
    operate({ destination: failing.destination }).error('bad');
    expect(failing.heard).toEqual(['bad']);
  });

  it.each(['next', 'error', 'complete'] as const)(
    'should turn an exception of `%s` into an error of the stream',
    (method) => {
      const { heard, destination } = listen();
      const subscriber = operate({
        destination,
        [method]: () => {
          // Also when it has unsubscribed before.
          subscriber.unsubscribe();
          throw new Error('thrown');
        },
      });
      subscriber[method](undefined);
      expect(heard).toEqual([new Error('thrown')]);
    },
  );

  it.each(['error', 'complete'] as const)(
    'should leave its source at `%s`, and hear nothing more, also while its handler goes on without it',
    (method) => {
      const { heard, destination } = listen();
      const log: string[] = [];
      const subscriber: Subscriber<unknown> = operate<unknown, unknown>({
        destination,
        next: (value) => log.push(String(value)),
        [method]: () => {
          subscriber.next('late');
          log.push(method);
        },
        finalize: () => log.push('finalized'),
      });
      subscriber.next('in time');
      subscriber[method](undefined);
      subscriber.next('too late');
      expect([log, heard]).toEqual([['in time', method, 'finalized'], []]);
      expect([subscriber.closed, destination.closed]).toEqual([true, false]);
    },
  );

  it('should finalize once, however often it is unsubscribed', () => {
    let finalized = 0;
    const finalize = () => {
      finalized += 1;
    };
    const { destination } = listen();
    const subscriber = operate({ destination, finalize });
    for (let time = 0; time < 2; time += 1) subscriber.unsubscribe();
    destination.unsubscribe();
    expect(finalized).toBe(1);
    const late = operate({ destination, finalize });
    expect(finalized, 'the destination had left before').toBe(2);
    late.unsubscribe();
    expect(finalized).toBe(2);
  });

  it('should finalize also when a teardown of its source throws', () => {
    let finalized = 0;
    const subscriber = operate({ destination: listen().destination, finalize: () => (finalized += 1) });
    subscriber.add(() => {
      throw new Error('thrown');
    });
    expect(() => {
      subscriber.unsubscribe();
    }).toThrow('thrown');
    expect(finalized).toBe(1);
  });

  it('should close all subscribers, whenever they subscribed', () => {
    const closed: string[] = [];
    const { destination } = listen();
    const layer = operate({ destination });
    const listener = (name: string) => operate({ destination: layer, finalize: () => closed.push(name) });
    const first = listener('first');
    listener('second');
    first.unsubscribe();
    expect(layer.closed).toBe(false);
    listener('third');
    expect(closed).toEqual(['first']);
    destination.unsubscribe();
    expect(closed.toSorted()).toEqual(['first', 'second', 'third']);
    listener('too late');
    expect(closed.at(-1)).toBe('too late');
  });

  it('should keep no reference to its handlers after it was unsubscribed', async () => {
    const open = (next: (value: unknown) => void) => operate({ destination: listen().destination, next });
    const work = () => {
      const state = { an: 'answer' };
      const subscriber = open(() => state);
      subscriber.next(1);
      return { subscriber, state: new WeakRef(state) };
    };
    const over = work();
    over.subscriber.unsubscribe();
    const underWay = work();
    // A new WeakRef keeps its target alive until the end of the current turn.
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
    expect(underWay.state.deref(), 'while it is under way').toBeDefined();
    expect(over.state.deref(), 'when it is over').toBeUndefined();
    expect(underWay.subscriber.closed).toBe(false);
  });
});
