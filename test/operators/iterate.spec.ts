import { concat, NEVER, Observable, of, range, Subject, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { isSlowConsumerError } from '../../src/errors/guards.ts';
import { type IterateConfig, iterate } from '../../src/operators/iterate.ts';

/** A source that is pushed by hand, and the pauses that it was asked for. */
const pushed = (config: IterateConfig<string> = {}) => {
  const source = new Subject<string>();
  const pauses: boolean[] = [];
  const values = iterate(source, {
    join: (first, second) => (second === '|' || first === '|' ? undefined : first + second),
    pause: (paused) => pauses.push(paused),
    ...config,
  });
  const next = async (): Promise<string | undefined> => {
    const result: IteratorResult<string, undefined> = await values.next();
    return result.value;
  };
  const push = (text: string): void => {
    for (const value of text) source.next(value);
  };
  return { source, pauses, values, next, push };
};

describe('iterate', () => {
  it('should subscribe when the first value is requested, and return all values in order', async () => {
    let subscriptions = 0;
    const source = new Observable<number>((subscriber) => {
      subscriptions += 1;
      return of(1, 2, 3).subscribe(subscriber);
    });
    const values = iterate(source);
    expect(subscriptions).toBe(0);
    const got: number[] = [];
    for await (const value of values) got.push(value);
    expect([got, subscriptions, await values.next()]).toEqual([[1, 2, 3], 1, { done: true, value: undefined }]);
  });

  it('should buffer 64 values by default', async () => {
    const { next, push, pauses } = pushed();
    const first = next();
    push('x');
    await first;
    push('y'.repeat(63));
    expect(pauses).toEqual([]);
    push('z');
    expect(pauses).toEqual([true]);
  });

  it('should not subscribe after it was closed', async () => {
    let subscriptions = 0;
    const values = iterate(
      new Observable<number>(() => {
        subscriptions += 1;
      }),
    );
    await values.return?.();
    expect([await values.next(), subscriptions]).toEqual([{ done: true, value: undefined }, 0]);
  });

  it('should unsubscribe from a source that overflows the buffer synchronously', async () => {
    let left = false;
    const source = new Observable<number>((subscriber) => {
      for (const value of [1, 2, 3, 4]) subscriber.next(value);
      return () => {
        left = true;
      };
    });
    const values = iterate(source, { backpressure: 'error', buffer: 2 });
    const got: unknown[] = [];
    for (let i = 0; i < 2; i++) got.push((await values.next()).value);
    expect([got, left]).toEqual([[1, 2], true]);
    expect(await values.next().catch((error: unknown) => error)).toSatisfy(isSlowConsumerError);
  });

  it('should unsubscribe from a source that emits endlessly when the buffer is full', async () => {
    let emitted = 0;
    const source = new Observable<number>((subscriber) => {
      while (!subscriber.closed && emitted < 100) subscriber.next((emitted += 1));
    });
    const values = iterate(source, { backpressure: 'error', buffer: 2 });
    expect(await values.next()).toEqual({ done: false, value: 1 });
    expect(emitted).toBe(3);
  });

  it('should deliver half a million values that arrive at once', { timeout: 10_000 }, async () => {
    let count = 0;
    for await (const value of iterate(range(0, 500_000))) count += value === count ? 1 : 0;
    expect(count).toBe(500_000);
  });

  it('should resolve concurrent next() calls in order, and end each of them', async () => {
    const { source, next, values } = pushed();
    const asked = [next(), next(), values.next(), values.next()] as const;
    source.next('a');
    source.next('b');
    source.complete();
    expect(await Promise.all(asked)).toEqual([
      'a',
      'b',
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  it('should settle a promise that waits with the value or the error that comes', async () => {
    const { source, values } = pushed();
    const bad = new Error('bad');
    const asked = [values.next(), values.next(), values.next()] as const;
    source.next('a');
    source.error(bad);
    expect(await asked[0]).toEqual({ done: false, value: 'a' });
    await expect(asked[1]).rejects.toBe(bad);
    expect(await asked[2]).toEqual({ done: true, value: undefined });
  });

  it('should pause when the buffer is full while conflating, if nothing tells how values are joined', async () => {
    const { pauses, next, push } = pushed({ buffer: 2, backpressure: 'conflate', join: undefined });
    const first = next();
    push('abc');
    expect([await first, pauses]).toEqual(['a', []]);
    push('d');
    expect(pauses).toEqual([true]);
    expect([await next(), await next(), await next()]).toEqual(['b', 'c', 'd']);
  });

  it('should return the values before an error, then the error once', async () => {
    const bad = new Error('bad');
    const values = iterate(
      concat(
        of('a', 'b'),
        throwError(() => bad),
      ),
    );
    expect(await values.next()).toEqual({ done: false, value: 'a' });
    expect(await values.next()).toEqual({ done: false, value: 'b' });
    await expect(values.next()).rejects.toBe(bad);
    expect(await values.next()).toEqual({ done: true, value: undefined });
  });

  it('should unsubscribe when the loop ends, and settle pending promises', async () => {
    let left = 0;
    const source = concat(of('a', 'b'), NEVER);
    const values = iterate(
      new Observable<string>((subscriber) => {
        subscriber.add(() => (left += 1));
        source.subscribe(subscriber);
      }),
    );
    for await (const value of values) if (value === 'a') break;
    expect([left, await values.next()]).toEqual([1, { done: true, value: undefined }]);

    const { source: open, values: thrown } = pushed();
    const waiting = thrown.next();
    const bad = new Error('bad');
    await expect(thrown.throw?.(bad)).rejects.toBe(bad);
    expect([await waiting, open.observed]).toEqual([{ done: true, value: undefined }, false]);
  });

  it('should pause the source while the buffer is full, until half of it is taken', async () => {
    const { pauses, next, push } = pushed({ buffer: 4 });
    const first = next();
    push('abcd');
    expect([await first, pauses]).toEqual(['a', []]);
    push('e');
    expect(pauses).toEqual([true]);
    // Values in flight are still buffered.
    push('fg');
    expect([await next(), await next(), await next(), pauses]).toEqual(['b', 'c', 'd', [true]]);
    expect([await next(), pauses]).toEqual(['e', [true, false]]);
    expect([await next(), await next(), pauses]).toEqual(['f', 'g', [true, false]]);
  });

  it('should merge values when the buffer is full, pause for those that cannot be merged, and lose none', async () => {
    const { pauses, next, push, source } = pushed({ buffer: 2, backpressure: 'conflate' });
    const first = next();
    push('abcdef');
    expect(pauses).toEqual([]);
    push('||gh');
    expect(pauses).toEqual([true]);
    source.complete();
    expect([await first, await next(), await next(), await next(), await next(), await next()]).toEqual([
      'a',
      'b',
      'cdef',
      '|',
      '|',
      'gh',
    ]);
    expect([await next(), pauses]).toEqual([undefined, [true, false]]);
  });

  it('should fail when the buffer overflows, after returning its values', async () => {
    const { next, push, source } = pushed({ buffer: 2, backpressure: 'error' });
    const first = next();
    push('abc');
    expect(source.observed).toBe(true);
    push('de');
    expect(source.observed).toBe(false);
    expect([await first, await next(), await next()]).toEqual(['a', 'b', 'c']);
    const error: unknown = await next().catch((e: unknown) => e);
    expect(isSlowConsumerError(error) && error.limit).toBe(2);
    expect(await next()).toBe(undefined);
  });

  it.each<[string, IterateConfig<string>, (string | undefined)[]]>([
    [
      'pausing',
      {
        buffer: 2,
        pause: (paused) => {
          if (paused) throw new Error('bad');
        },
      },
      ['a', 'b', 'c'],
    ],
    [
      'going on',
      {
        buffer: 2,
        pause: (paused) => {
          if (!paused) throw new Error('bad');
        },
      },
      ['a', 'b', 'c', 'd'],
    ],
    [
      'joining',
      {
        buffer: 2,
        backpressure: 'conflate',
        join: () => {
          throw new Error('bad');
        },
      },
      ['a', 'b', 'c'],
    ],
  ])('should end with the error when %s fails, after the values before it', async (_, config, held) => {
    const { next, push, source } = pushed(config);
    const first = next();
    push('abcd');
    const got = [await first];
    while (got.length < held.length) got.push(await next());
    expect([got, source.observed]).toEqual([held, false]);
    await expect(next()).rejects.toThrow('bad');
    expect(await next()).toBe(undefined);
  });
});
